package org.joulemark.kernels.engine;

import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.LinearProblem;

/** One linear part of a layer by itself, ready to run. */
public interface LinearWork extends Work {

  /** What is computed. */
  LinearProblem problem();

  /** What the last unit wrote, as FP32 [M, N]; waits until every submitted unit is done. */
  HostTensor output();

  /** Fills the output with NaN, so that an element that is not written shows; waits until done. */
  void poisonOutput();
}
