/**
 * Quantization-aware training of a layer's scales: the layer's forward and backward pass with
 * fake-quantized linear parts, the loss, its scaling, the optimizer and the fit.
 */
@NullMarked
package org.joulemark.kernels.qat;

import org.jspecify.annotations.NullMarked;
