/** The GEMM benchmark and its parameters. */
@NullMarked
package org.joulemark.benchmarks.gemm;

import org.jspecify.annotations.NullMarked;
