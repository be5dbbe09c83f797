/**
 * What every benchmark's state shares: an opened engine, prepared work, its window and its metrics.
 */
@NullMarked
package org.joulemark.benchmarks.work;

import org.jspecify.annotations.NullMarked;
