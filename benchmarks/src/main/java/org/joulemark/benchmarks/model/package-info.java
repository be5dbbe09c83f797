/** Benchmarks of whole models: prefill and decode. */
@NullMarked
package org.joulemark.benchmarks.model;

import org.jspecify.annotations.NullMarked;
