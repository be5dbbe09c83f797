package org.joulemark.kernels.qat;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.definition.Int8Row;
import org.joulemark.kernels.quant.definition.WeightRows;

/**
 * Everything that is learned of a layer as one vector of logarithms: a step of the optimizer is
 * then a share of the scale, whatever its size, and no scale can become negative. Of each part
 * first the activations' scale, then one for each row of the weight, then, where the part follows a
 * norm into which they can be folded, a factor for each input.
 */
final class ScaleParameters {
  private final Map<LinearPart, Place> places = new EnumMap<>(LinearPart.class);
  private final double[] logarithms;

  /**
   * Where a part's numbers lie.
   *
   * @param at the activation scale
   * @param rows weight scales, which follow it
   * @param factors of the inputs, which follow those
   */
  private record Place(int at, int rows, int factors) {
    int end() {
      return at + 1 + rows + factors;
    }
  }

  /**
   * Starts at given scales.
   *
   * @param start has an activation scale for each part; weight scales that it lacks are max|w|/127,
   *     factors that it lacks 1
   * @throws IllegalArgumentException naming a part without an activation scale
   */
  ScaleParameters(LayerWeights weights, LayerScales start) {
    int count = 0;
    for (LinearPart part : LinearPart.values()) {
      WeightRows weight = weights.weight(part);
      Place place = new Place(count, weight.rows(), part.followsNorm() ? weight.columns() : 0);
      places.put(part, place);
      count = place.end();
    }
    logarithms = new double[count];
    places.forEach((part, place) -> begin(part, place, start.of(part), weights.weight(part)));
  }

  private void begin(LinearPart part, Place place, PartScales start, WeightRows weight) {
    if (Double.isNaN(start.activationScale())) {
      throw new IllegalArgumentException(
          "the training needs an activation scale of " + part.id() + " to start from");
    }
    logarithms[place.at] = Math.log(start.activationScale());
    float[] factors = start.smoothing();
    float[] channels =
        start.weightScales().length > 0 ? start.weightScales() : ownScales(weight, factors);
    for (int n = 0; n < place.rows; n++) {
      logarithms[place.at + 1 + n] = Math.log(channels[n]);
    }
    for (int k = 0; k < place.factors; k++) {
      logarithms[place.at + 1 + place.rows + k] = factors.length == 0 ? 0 : Math.log(factors[k]);
    }
  }

  private static float[] ownScales(WeightRows weight, float[] factors) {
    float[] scales = new float[weight.rows()];
    IntStream.range(0, scales.length)
        .parallel()
        .forEach(
            n -> {
              float[] row = new float[weight.columns()];
              weight.row(n, row);
              for (int k = 0; k < factors.length; k++) {
                row[k] *= factors[k];
              }
              scales[n] = Int8Row.symmetricScale(row);
            });
    return scales;
  }

  /** The vector itself, which the optimizer changes. */
  double[] logarithms() {
    return logarithms;
  }

  /** As a layer is carried out with them. */
  LayerScales scales() {
    Map<LinearPart, PartScales> parts = new EnumMap<>(LinearPart.class);
    places.forEach(
        (part, place) ->
            parts.put(
                part,
                new PartScales(
                    (float) Math.exp(logarithms[place.at]),
                    0,
                    exponentials(place.at + 1, place.rows),
                    exponentials(place.at + 1 + place.rows, place.factors))));
    return new LayerScales(parts);
  }

  private float[] exponentials(int from, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.exp(logarithms[from + i]);
    }
    return values;
  }

  /**
   * The gradient by the logarithms: ∂L/∂ln s = s·∂L/∂s.
   *
   * @param lossScale what the gradients are to be divided by
   */
  double[] gradient(Map<LinearPart, TrainableLinear.Gradients> gradients, double lossScale) {
    double[] gradient = new double[logarithms.length];
    gradients.forEach(
        (part, one) -> {
          int at = places.getOrDefault(part, new Place(0, 0, 0)).at;
          gradient[at] = one.activationScale();
          double[] channels = one.weightScales();
          System.arraycopy(channels, 0, gradient, at + 1, channels.length);
          double[] factors = one.smoothing();
          System.arraycopy(factors, 0, gradient, at + 1 + channels.length, factors.length);
        });
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] *= Math.exp(logarithms[i]) / lossScale;
    }
    return gradient;
  }
}
