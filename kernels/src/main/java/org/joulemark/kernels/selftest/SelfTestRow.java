package org.joulemark.kernels.selftest;

/**
 * One check and how it ended.
 *
 * @param name what was checked, such as {@code gemm cublaslt FP16 batch=1 m=17 n=33 k=65}
 * @param verdict how it ended
 * @param detail one sentence for people
 * @param seconds that it took
 */
public record SelfTestRow(String name, Verdict verdict, String detail, double seconds) {

  /** How a check ended. */
  public enum Verdict {
    /** The result is right. */
    PASSED,
    /** The result is wrong, or a call failed. */
    FAILED,
    /** The hardware or the library cannot do it, and said so. */
    UNSUPPORTED
  }
}
