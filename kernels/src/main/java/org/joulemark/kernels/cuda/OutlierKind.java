package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/**
 * Linear parts in INT8 whose outlier columns are multiplied in the base precision, with the INT8
 * weights scaled back (LLM.int8()).
 */
final class OutlierKind implements CudaLinearKind {
  private final QuantizedKind quantized;
  private final Precision base;
  private final float threshold;

  private OutlierKind(QuantizedKind quantized, Precision base, float threshold) {
    this.quantized = quantized;
    this.base = base;
    this.threshold = threshold;
  }

  /**
   * For symmetric codes with a scale for each row.
   *
   * @throws UnsupportedWorkException if the device has no tensor cores for INT8
   */
  static OutlierKind of(Strategy strategy, LinearScheme.Int8 scheme, CudaDevice device) {
    return new OutlierKind(
        QuantizedKind.of(strategy, scheme, device),
        strategy.base(),
        (float) scheme.outlierThreshold());
  }

  @Override
  public CudaPartWeights weights(DeviceArena arena, PartSource source) {
    return quantized.weights(arena, source);
  }

  @Override
  public CudaLinear linear(CudaPassFrame frame, LinearPart part, PartScales scales) {
    return Objects.requireNonNull(linears(frame, List.of(part)).get(part));
  }

  @Override
  public CudaLayerParts parts(CudaPassFrame frame) {
    return new OutlierParts(frame, linears(frame, List.of(LinearPart.values())));
  }

  /** Parts that take their turns, so that one of each memory will do for all. */
  private Map<LinearPart, OutlierLinear> linears(CudaPassFrame frame, List<LinearPart> parts) {
    int outputs = parts.stream().mapToInt(frame::outputs).max().orElseThrow();
    int inputs = parts.stream().mapToInt(frame::inputs).max().orElseThrow();
    int most = LinearScheme.Int8.MOST_OUTLIER_COLUMNS;
    DeviceArena arena = frame.arena();
    DeviceArena.Slice marks = arena.reserve(OutlierColumnLists.marksBytes(frame.type(), inputs));
    DeviceArena.Slice gathered = arena.reserve(frame.type(), frame.rows(), most);
    DeviceArena.Slice weights =
        arena.reserve(base.weight(), OutlierProduct.isFew(frame.rows()) ? 0 : outputs, most);
    Int8Linears int8 = new Int8Linears(frame, parts);
    CodeKernels codes = new CodeKernels(frame, CodeFormat.SYMMETRIC);
    Map<LinearPart, OutlierLinear> linears = new EnumMap<>(LinearPart.class);
    for (LinearPart part : parts) {
      linears.put(
          part,
          new OutlierLinear(
              codes,
              int8.linear(part),
              new OutlierColumnLists(frame, part, threshold, marks, gathered),
              new OutlierProduct(frame, part, base, gathered, weights)));
    }
    return linears;
  }
}
