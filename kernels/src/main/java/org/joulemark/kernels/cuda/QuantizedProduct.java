package org.joulemark.kernels.cuda;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The product of a quantized part for a fixed M, scaled back, with what follows it. */
interface QuantizedProduct {

  /**
   * Y[M, N] = X·Wᵀ (+ b) (+ another matrix) in the storage format.
   *
   * @param added null for nothing; may be Y itself
   */
  CudaCall bind(
      QuantizedWeights weights,
      QuantizedInput x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added);

  /** The activation of X·Wᵀ (+ b), quantized for the part that follows. */
  CudaCall bindActivated(QuantizedWeights weights, QuantizedInput x, QuantizedInput into);

  /** How it is carried out; complete after it is bound. */
  Map<String, String> facts();
}
