package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.quant.LinearPart;

/** Linear parts that decide at each call how they run; counts and times what they decide. */
final class DynamicParts implements CudaLayerParts {
  /** Ends the key of a part's share of calls in INT8 since the parts were bound. */
  static final String INT8_SHARE = ".int8.share";

  private final CudaPassFrame frame;
  private final PinnedBuffer staging;
  private final Map<LinearPart, DynamicLinear> linears;
  private final SeparateParts parts;
  private final DecisionTimer timer;

  /**
   * Around linear parts.
   *
   * @param staging page-locked memory for what is read back
   */
  DynamicParts(CudaPassFrame frame, PinnedBuffer staging, Map<LinearPart, DynamicLinear> linears) {
    this.frame = frame;
    this.staging = staging;
    this.linears = new EnumMap<>(linears);
    this.parts = new SeparateParts(frame, linears::get);
    this.timer = new DecisionTimer(frame, this.linears.values());
  }

  @Override
  public CudaCall attentionIn(CudaLayerWeights weights) {
    return parts.attentionIn(weights);
  }

  @Override
  public CudaCall attentionOut(CudaLayerWeights weights) {
    return parts.attentionOut(weights);
  }

  @Override
  public CudaCall feedForward(CudaLayerWeights weights) {
    return parts.feedForward(weights);
  }

  @Override
  public Map<String, String> facts() {
    return parts.facts();
  }

  @Override
  public Map<String, String> measured() {
    Map<String, String> facts = new LinkedHashMap<>();
    for (Map.Entry<LinearPart, DynamicLinear> entry : linears.entrySet()) {
      ActivationChoice.Outcome outcome = entry.getValue().outcome(staging);
      String name = frame.name(entry.getKey());
      facts.put(name + INT8_SHARE, share(outcome.int8Calls(), outcome.calls()));
      facts.put(name + ".activation.absmax", Float.toString(outcome.largest()));
      facts.put(name + ".activation.outlier.share", Float.toString(outcome.outlierShare()));
      facts.put(name + ".activation.kurtosis", Float.toString(outcome.kurtosis()));
    }
    return facts;
  }

  @Override
  public Optional<Decisions> decisions() {
    return Optional.of(timer.decisions());
  }

  /** NaN before the first call. */
  private static String share(long int8Calls, long calls) {
    return Double.toString((double) int8Calls / calls);
  }
}
