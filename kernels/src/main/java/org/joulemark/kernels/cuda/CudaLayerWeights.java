package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.definition.WeightRows;

/**
 * One layer's weights on the device, arranged as {@link LayerWeights}: norms in the storage format,
 * linear parts as their kind stores them. Factors of a smoothing are divided out of the norms and
 * multiplied into the parts here, before anything is rounded.
 */
final class CudaLayerWeights {
  private final LayerWeights source;
  private final LayerScales scales;
  private final ElementType type;
  private final CudaNormWeights inputNorm;
  private final CudaNormWeights postNorm;
  private final Map<LinearPart, CudaPartWeights> parts = new EnumMap<>(LinearPart.class);

  /**
   * Plans the memory.
   *
   * @param type of norms
   * @param kind how linear parts are stored
   */
  CudaLayerWeights(
      DeviceArena arena,
      LayerWeights source,
      LayerScales scales,
      ElementType type,
      CudaLinearKind kind) {
    this.source = source;
    this.scales = scales;
    this.type = type;
    this.inputNorm = norm(arena);
    boolean feedForwardBias = source.hasFeedForwardBias();
    part(arena, kind, LinearPart.QKV, bias(source.hasQkvBias(), source::qkvBias));
    part(arena, kind, LinearPart.OUTPUT, bias(source.hasOutputBias(), source::outputBias));
    this.postNorm = norm(arena);
    part(arena, kind, LinearPart.FEED_FORWARD_IN, bias(feedForwardBias, source::feedForwardInBias));
    part(arena, kind, LinearPart.DOWN, bias(feedForwardBias, source::downBias));
  }

  private CudaNormWeights norm(DeviceArena arena) {
    int hidden = source.shape().hidden();
    return new CudaNormWeights(
        arena.reserve(type, 1, hidden),
        source.hasNormBias() ? arena.reserve(type, 1, hidden) : null);
  }

  private static Optional<Supplier<float[]>> bias(boolean there, Supplier<float[]> values) {
    return there ? Optional.of(values) : Optional.empty();
  }

  private void part(
      DeviceArena arena, CudaLinearKind kind, LinearPart part, Optional<Supplier<float[]>> bias) {
    WeightRows weight = source.weight(part);
    float[] smoothing = smoothing(part);
    DeviceArena.Rows smoothed =
        smoothing.length == 0
            ? weight::row
            : (row, into) -> {
              weight.row(row, into);
              for (int j = 0; j < smoothing.length; j++) {
                into[j] *= smoothing[j];
              }
            };
    parts.put(
        part,
        kind.weights(
            arena,
            new PartSource(
                part, weight.rows(), weight.columns(), smoothed, weight, bias, scales.of(part))));
  }

  private float[] smoothing(LinearPart part) {
    return part.followsNorm() ? scales.of(part).smoothing() : new float[0];
  }

  /** Fills the memory. */
  void fill(RowUpload upload) {
    fill(upload, inputNorm, LinearPart.QKV, source.inputNormWeight(), source.inputNormBias());
    fill(
        upload,
        postNorm,
        LinearPart.FEED_FORWARD_IN,
        source.postNormWeight(),
        source.postNormBias());
    parts.values().forEach(part -> part.fill(upload));
  }

  private void fill(
      RowUpload upload, CudaNormWeights norm, LinearPart before, float[] weight, float[] bias) {
    float[] smoothing = smoothing(before);
    norm.weight().fill(upload, type, divided(weight, smoothing));
    if (norm.bias() != null) {
      norm.bias().fill(upload, type, divided(bias, smoothing));
    }
  }

  private static float[] divided(float[] values, float[] by) {
    if (by.length == 0) {
      return values;
    }
    float[] quotients = new float[values.length];
    for (int j = 0; j < values.length; j++) {
      quotients[j] = values[j] / by[j];
    }
    return quotients;
  }

  /** The norm before attention. */
  CudaNormWeights inputNorm() {
    return inputNorm;
  }

  /** The norm before the feed-forward part. */
  CudaNormWeights postNorm() {
    return postNorm;
  }

  /** What a part's kind has stored. */
  CudaPartWeights part(LinearPart part) {
    CudaPartWeights weights = parts.get(part);
    if (weights == null) {
      throw new IllegalStateException("every part is planned");
    }
    return weights;
  }

  /** What a calibration or a training has found for the layer. */
  LayerScales scales() {
    return scales;
  }
}
