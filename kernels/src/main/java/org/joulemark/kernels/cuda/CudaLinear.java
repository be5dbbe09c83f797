package org.joulemark.kernels.cuda;

import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.engine.Decisions;
import org.jspecify.annotations.Nullable;

/**
 * The linear part Y[M, N] = X[M, K] · W[N, K]ᵀ (+ b) (+ another matrix) for a fixed M, X and Y in
 * the storage format, to be bound to any number of weights of its size.
 */
interface CudaLinear {

  /**
   * Binds it to memory that is allocated; weights and bias are in place.
   *
   * @param weights of the kind that made this part
   * @param added what is added to Y, null for nothing; may be Y itself
   */
  CudaCall bind(
      CudaPartWeights weights,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added);

  /** What was decided since it was bound, empty where nothing is; waits for the stream. */
  default Optional<Decisions> decisions() {
    return Optional.empty();
  }

  /** How it is carried out; empty before it is bound. */
  Map<String, String> facts();
}
