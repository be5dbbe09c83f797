package org.joulemark.kernels.cuda;

import org.bytedeco.javacpp.Pointer;

/**
 * Where the matrices of one product lie on the device.
 *
 * @param weight W[N, K]
 * @param activation X[M, K]
 * @param addend what is added to the product, [M, N]; the output itself where nothing is
 * @param output Y[M, N]
 */
record LtOperands(Pointer weight, Pointer activation, Pointer addend, Pointer output) {}
