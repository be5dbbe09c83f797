package org.joulemark.kernels.cuda;

import java.util.Collection;
import org.joulemark.kernels.engine.Decisions;
import org.jspecify.annotations.Nullable;

/** Adds up what linear parts have decided, and times what deciding takes. */
final class DecisionTimer {
  // So many passes' decisions in a graph, that its launch does not weigh.
  private static final int TIMED_PASSES = 16;

  private final CudaPassFrame frame;
  private final Collection<DynamicLinear> linears;
  private @Nullable Double secondsOfAPass;

  /** For the parts of a pass. */
  DecisionTimer(CudaPassFrame frame, Collection<DynamicLinear> linears) {
    this.frame = frame;
    this.linears = linears;
  }

  /** What was decided since the parts were bound; waits for the stream. */
  Decisions decisions() {
    if (secondsOfAPass == null) {
      secondsOfAPass = timeDeciding();
    }
    long calls = 0;
    long int8Calls = 0;
    for (DynamicLinear linear : linears) {
      ActivationChoice.Outcome outcome = linear.outcome(frame.staging());
      calls += outcome.calls();
      int8Calls += outcome.int8Calls();
    }
    double passes = (double) calls / linears.size();
    return new Decisions(calls, int8Calls, passes * secondsOfAPass);
  }

  /**
   * Seconds of one pass's decisions about what the activations' memory holds: looking at them, and
   * the conditional nodes with nothing in them.
   */
  private double timeDeciding() {
    try (CudaGraph graph =
        new CudaGraph(
            frame.stream(),
            () -> {
              for (int pass = 0; pass < TIMED_PASSES; pass++) {
                linears.forEach(DynamicLinear::captureIdleDecision);
              }
            })) {
      return CudaWork.estimate(frame.stream(), () -> graph.launch(frame.stream())) / TIMED_PASSES;
    }
  }
}
