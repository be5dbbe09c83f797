package org.joulemark.kernels.cuda;

import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;

/** How linear parts are carried out on a GPU: what a linear scheme stores and launches. */
interface CudaLinearKind {

  /** Plans the memory of a part's weights. */
  CudaPartWeights weights(DeviceArena arena, PartSource source);

  /**
   * Plans one part by itself.
   *
   * @param scales what is known of the part beforehand
   */
  CudaLinear linear(CudaPassFrame frame, LinearPart part, PartScales scales);

  /** Plans the linear parts of a pass, with the norms and the activation around them. */
  CudaLayerParts parts(CudaPassFrame frame);
}
