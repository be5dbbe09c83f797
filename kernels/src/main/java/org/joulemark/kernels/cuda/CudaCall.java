package org.joulemark.kernels.cuda;

/** Launches that are bound to their memory. */
@FunctionalInterface
interface CudaCall {

  /** Enqueues them; allocates nothing. */
  void launch();
}
