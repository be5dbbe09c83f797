package org.joulemark.kernels.cuda;

/**
 * The weights of one linear part on the device, in whatever form its {@link CudaLinearKind} stores
 * them; the memory is planned when this is made.
 */
interface CudaPartWeights {

  /** Fills the memory, which is allocated by now. */
  void fill(RowUpload upload);
}
