package org.joulemark.kernels.cuda;

/** How linear parts are carried out on a GPU: what a linear scheme stores and launches. */
interface CudaLinearKind {

  /** Plans the memory of a part's weights. */
  CudaPartWeights weights(DeviceArena arena, PartSource source);

  /** Plans the linear parts of a pass, with the norms and the activation around them. */
  CudaLayerParts parts(CudaPassFrame frame);
}
