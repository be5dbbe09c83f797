/** Benchmarks of training. */
@NullMarked
package org.joulemark.benchmarks.training;

import org.jspecify.annotations.NullMarked;
