package org.joulemark.kernels.cpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.joulemark.kernels.quant.Precision;

/** What tests need of this processor. */
final class Needs {
  private Needs() {}

  /** Skips a test, with the reason, where the processor does not multiply in that precision. */
  static void precision(Precision precision) {
    Optional<String> reason = CpuIsa.effective().whyNot(precision);
    assumeTrue(reason.isEmpty(), () -> "skipped: " + reason.orElseThrow());
  }
}
