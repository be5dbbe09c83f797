package org.joulemark.kernels.qat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.layer.LayerCalibration;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.layer.TestShapes;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.strategy.Strategies;

/** Small layers with inputs and scales, for tests. */
final class TrainingInputs {
  private static final SeededTensors SOURCE = new SeededTensors(11);

  private TrainingInputs() {}

  /** Every family; grouped heads, a window that ends within the sequence, odd widths. */
  static List<ModelShape> shapes() {
    return List.of(
        TestShapes.gated("llama", 2, 2, 8, 0),
        TestShapes.gated("qwen2", 4, 2, 4, 0),
        TestShapes.gated("mistral", 3, 1, 6, 3),
        TestShapes.bloom(3, 4));
  }

  static LayerWeights weights(ModelShape shape) {
    return new LayerWeights(shape, LayerTensors.alone(shape), SOURCE);
  }

  static SeededTensors source() {
    return SOURCE;
  }

  /** A sequence [n][H] of numbers of variance 1; the first column of each token is multiplied. */
  static double[][] sequence(ModelShape shape, String name, int n, double outlier) {
    TensorSpec tensor = TensorSpec.input(name, n, shape.hidden());
    double[][] x = new double[n][shape.hidden()];
    float[] row = new float[shape.hidden()];
    for (int m = 0; m < n; m++) {
      SOURCE.row(tensor, m, row);
      for (int i = 0; i < row.length; i++) {
        x[m][i] = i == 0 ? row[i] * outlier : row[i];
      }
    }
    return x;
  }

  static List<double[][]> sequences(
      ModelShape shape, String name, int count, int n, double outlier) {
    List<double[][]> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(sequence(shape, name + i, n, outlier));
    }
    return all;
  }

  static Map<LinearPart, TrainableLinear> hostParts(LayerWeights weights) {
    Map<LinearPart, TrainableLinear> parts = new EnumMap<>(LinearPart.class);
    for (LinearPart part : LinearPart.values()) {
      parts.put(part, new HostLinear(weights.weight(part)));
    }
    return parts;
  }

  /** A share of the largest activation over 127 for each part. */
  static LayerScales scales(TrainableLayer layer, List<double[][]> inputs, double share) {
    Map<LinearPart, PartScales> parts = new EnumMap<>(LinearPart.class);
    for (double[][] input : inputs) {
      layer.plain(
          input,
          (part, x) -> {
            double largest = 0;
            for (double[] row : x) {
              for (double value : row) {
                largest = Math.max(largest, Math.abs(value));
              }
            }
            double scale = share * largest / 127;
            double before = parts.getOrDefault(part, PartScales.NONE).activationScale();
            parts.put(
                part,
                new PartScales(
                    Double.isNaN(before) ? scale : Math.max(before, scale),
                    0,
                    new float[0],
                    new float[0]));
          });
    }
    return new LayerScales(parts);
  }

  /** What a calibration for int8-sym/per-tensor/mse finds. */
  static LayerScales calibrated(ModelShape shape, List<double[][]> inputs) {
    return new LayerCalibration(shape, SOURCE, Strategies.parse("int8-sym/per-tensor/mse"))
        .fit(
            LayerTensors.alone(shape),
            inputs.stream().flatMap(Arrays::stream).toArray(double[][]::new));
  }
}
