package org.joulemark.kernels.engine;

import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.LayerProblem;

/**
 * One layer pass, ready to run. Every unit reads the same input and leaves the cache as the unit
 * before it did, so that all units do the same work.
 */
public interface LayerWork extends Work {

  /** What is computed. */
  LayerProblem problem();

  /**
   * What the last unit wrote, as FP32 [batch, newTokens, hidden]; waits until every submitted unit
   * is done.
   */
  HostTensor output();

  /** Fills the output with NaN, so that an element that is not written shows; waits until done. */
  void poisonOutput();
}
