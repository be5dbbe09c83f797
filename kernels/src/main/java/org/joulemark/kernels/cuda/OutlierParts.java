package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.joulemark.kernels.quant.LinearPart;

/** Linear parts that separate outlier columns; says how many they found. */
final class OutlierParts implements CudaLayerParts {
  private final CudaPassFrame frame;
  private final Map<LinearPart, OutlierLinear> linears;
  private final SeparateParts parts;

  /** Around linear parts. */
  OutlierParts(CudaPassFrame frame, Map<LinearPart, OutlierLinear> linears) {
    this.frame = frame;
    this.linears = new EnumMap<>(linears);
    this.parts = new SeparateParts(frame, linears::get);
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
    linears.forEach(
        (part, linear) ->
            linear
                .meanColumns()
                .ifPresent(
                    columns ->
                        facts.put(
                            frame.name(part) + ".outlier.columns", Double.toString(columns))));
    return facts;
  }
}
