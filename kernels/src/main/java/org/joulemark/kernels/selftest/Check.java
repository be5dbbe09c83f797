package org.joulemark.kernels.selftest;

import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.UnsupportedWorkException;

/** One check; it says in one sentence what it saw. */
@FunctionalInterface
public interface Check {

  /**
   * Runs the check.
   *
   * @return one sentence for people
   * @throws SelfTestFailure if the result is wrong
   * @throws EngineException if a call fails
   * @throws UnsupportedWorkException if the hardware or library cannot do it
   */
  String run();

  /** Runs the check under a name and turns its end into a row. */
  default SelfTestRow row(String name) {
    long begin = System.nanoTime();
    SelfTestRow.Verdict verdict;
    String detail;
    try {
      detail = run();
      verdict = SelfTestRow.Verdict.PASSED;
    } catch (UnsupportedWorkException cannot) {
      verdict = SelfTestRow.Verdict.UNSUPPORTED;
      detail = String.valueOf(cannot.getMessage());
    } catch (SelfTestFailure | EngineException failure) {
      verdict = SelfTestRow.Verdict.FAILED;
      detail = String.valueOf(failure.getMessage());
    }
    return new SelfTestRow(name, verdict, detail, (System.nanoTime() - begin) * 1e-9);
  }
}
