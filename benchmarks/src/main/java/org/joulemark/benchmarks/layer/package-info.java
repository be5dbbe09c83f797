/** Benchmarks of one decoder layer: prefill and decode. */
@NullMarked
package org.joulemark.benchmarks.layer;

import org.jspecify.annotations.NullMarked;
