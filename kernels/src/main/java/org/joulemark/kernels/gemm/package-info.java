/** The GEMM problem, its operands, its FP64 reference and its tolerance. */
@NullMarked
package org.joulemark.kernels.gemm;

import org.jspecify.annotations.NullMarked;
