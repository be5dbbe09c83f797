package org.joulemark.benchmarks.work;

import java.util.Locale;
import org.joulemark.kernels.layer.TensorComparison;

/** A pass's result is wrong; it must not be timed. The message names the worst element. */
public final class PassMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * With a comparison that did not pass.
   *
   * @param what was computed, such as {@code layer prefill of qwen2.5-7b in FP16}
   */
  public PassMismatchException(String what, TensorComparison comparison) {
    super(sentence(what, comparison));
  }

  private static String sentence(String what, TensorComparison comparison) {
    return String.format(
        Locale.ROOT,
        "The result of the %s is wrong: %s is off by %.2g of its norm (at most %.2g is right), most"
            + " at %s: %.6g where %.6g is expected.",
        what,
        comparison.name(),
        comparison.relativeFrobenius(),
        comparison.bound(),
        comparison.worstIndex(),
        comparison.worstActual(),
        comparison.worstExpected());
  }
}
