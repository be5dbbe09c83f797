/**
 * What each scheme computes, in plain Java: the codes themselves, in the FP32 arithmetic that
 * engines follow bit by bit, and the linear parts that follow from them in FP64.
 */
@NullMarked
package org.joulemark.kernels.quant.definition;

import org.jspecify.annotations.NullMarked;
