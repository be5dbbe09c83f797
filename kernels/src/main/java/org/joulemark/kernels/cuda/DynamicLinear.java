package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.engine.Decisions;
import org.jspecify.annotations.Nullable;

/**
 * A linear part that looks at each call's activations and runs in INT8 or in the base precision, as
 * a conditional node of the graph that it is captured into. Outside a capture it replays a graph of
 * its own, so that the device decides there too.
 */
final class DynamicLinear implements CudaLinear {
  private final CudaPassFrame frame;
  private final CudaDevice device;
  private final PlainLinear plain;
  private final Int8Linear int8;
  private final ActivationChoice choice;
  private final DecisionTimer timer;
  private ActivationChoice.@Nullable Decision idle;

  /** Plans. */
  DynamicLinear(
      CudaPassFrame frame,
      CudaDevice device,
      PlainLinear plain,
      Int8Linear int8,
      ActivationChoice choice) {
    this.frame = frame;
    this.device = device;
    this.plain = plain;
    this.int8 = int8;
    this.choice = choice;
    this.timer = new DecisionTimer(frame, List.of(this));
  }

  @Override
  public CudaCall bind(
      CudaPartWeights weights,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    DynamicWeights both = (DynamicWeights) weights;
    CudaCall inPlain = plain.bind(both.plain(), x, y, added);
    CudaCall inInt8 = int8.bind(both.int8(), x, y, added);
    if (idle == null) {
      idle = choice.idlyAbout(x);
      warmUp(idle, inPlain, inInt8);
    }
    return new Decided(choice.about(x), inPlain, inInt8);
  }

  /** The driver loads code at the first launch, which must not fall into a capture. */
  private void warmUp(ActivationChoice.Decision decision, CudaCall inPlain, CudaCall inInt8) {
    choice.clear();
    decision.launch(0);
    inInt8.launch();
    inPlain.launch();
    frame.stream().synchronize();
    // What was quantized there was whatever the memory held.
    frame.nans().clear();
    choice.clear();
  }

  /** One layer's call. */
  private final class Decided implements CudaCall {
    private final ActivationChoice.Decision decision;
    private final CudaCall inPlain;
    private final CudaCall inInt8;
    private @Nullable CudaGraph alone;

    Decided(ActivationChoice.Decision decision, CudaCall inPlain, CudaCall inInt8) {
      this.decision = decision;
      this.inPlain = inPlain;
      this.inInt8 = inInt8;
    }

    @Override
    public void launch() {
      if (frame.stream().isCapturing()) {
        capture();
        return;
      }
      if (alone == null) {
        alone = frame.scope().own(new CudaGraph(frame.stream(), this::capture), CudaGraph::close);
      }
      alone.launch(frame.stream());
    }

    private void capture() {
      GraphBranch.capture(
          device, frame.stream(), decision::launch, inInt8::launch, inPlain::launch);
    }
  }

  /** Captures a decision that nothing follows from, to time it. */
  void captureIdleDecision() {
    ActivationChoice.Decision decision = idle;
    if (decision == null) {
      throw new IllegalStateException("this part is not bound yet");
    }
    GraphBranch.capture(device, frame.stream(), decision::launch, () -> {}, () -> {});
  }

  @Override
  public Optional<Decisions> decisions() {
    return Optional.of(timer.decisions());
  }

  /** What was decided so far; waits for the stream. */
  ActivationChoice.Outcome outcome(PinnedBuffer staging) {
    return choice.outcome(staging);
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    plain.facts().forEach((key, value) -> facts.put("plain." + key, value));
    int8.facts().forEach((key, value) -> facts.put("int8." + key, value));
    return facts;
  }
}
