package org.joulemark.kernels.layer;

import org.joulemark.kernels.quant.LinearPart;

/** Sees what a reference pass gives to the linear parts of a layer. */
@FunctionalInterface
public interface PartObserver {
  /** Looks at nothing. */
  PartObserver NONE = (part, x) -> {};

  /**
   * Called once for each part of each call, in the order of the parts.
   *
   * @param x [M][K], what the part is given before anything is quantized; not to be changed
   */
  void input(LinearPart part, double[][] x);
}
