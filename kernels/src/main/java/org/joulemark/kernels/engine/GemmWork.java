package org.joulemark.kernels.engine;

import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.OutputReader;

/** One GEMM, ready to run. */
public interface GemmWork extends Work, OutputReader {

  /** What is computed. */
  GemmProblem problem();

  /**
   * Fills Y with what no right result holds (NaN, or the most negative integer), so that an element
   * that is not written shows; waits until done.
   */
  void poisonOutput();
}
