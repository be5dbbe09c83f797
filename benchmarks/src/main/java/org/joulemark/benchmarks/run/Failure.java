package org.joulemark.benchmarks.run;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.joulemark.benchmarks.work.PassMismatchException;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.GemmMismatchException;
import org.joulemark.kernels.layer.UnverifiableException;
import org.joulemark.kernels.model.ModelFormatException;
import org.joulemark.kernels.quant.calibration.CalibrationException;

/**
 * Why a configuration has no result.
 *
 * @param outcome unsupported or failed
 * @param reason one sentence
 */
record Failure(Outcome outcome, String reason) {

  /** Finds the exception that says why, in whatever JMH wrapped around it. */
  static Failure of(Throwable thrown) {
    Throwable innermost = thrown;
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> queue = new ArrayDeque<>();
    queue.add(thrown);
    while (!queue.isEmpty()) {
      Throwable next = queue.remove();
      if (!seen.add(next)) {
        continue;
      }
      if (next instanceof UnsupportedWorkException) {
        return new Failure(Outcome.UNSUPPORTED, sentence(next));
      }
      if (next instanceof EngineException
          || next instanceof GemmMismatchException
          || next instanceof PassMismatchException
          || next instanceof UnverifiableException
          || next instanceof ModelFormatException
          || next instanceof CalibrationException) {
        return new Failure(Outcome.FAILED, sentence(next));
      }
      innermost = next;
      if (next.getCause() != null) {
        queue.add(next.getCause());
      }
      Collections.addAll(queue, next.getSuppressed());
    }
    return new Failure(
        Outcome.FAILED, innermost.getClass().getSimpleName() + ": " + sentence(innermost));
  }

  private static String sentence(Throwable thrown) {
    return String.valueOf(thrown.getMessage()).strip();
  }
}
