package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.ModelTensors;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerCalibrationTest {
  private static final TensorSource SOURCE = new OutlierTensors(new SeededTensors(5), 5);
  private final ModelShape shape = TestShapes.gated("llama", 4, 2, 16, 0);
  private final LayerTensors alone = LayerTensors.alone(shape);
  private final double[][] x = rows(24);

  @Test
  void minMaxScalesAreThoseOfWhatThePartsSaw() {
    LayerScales scales = fit("int8-sym/per-tensor/minmax");
    LayerScales fp8 = fit("fp8/per-tensor/minmax");
    Map<LinearPart, Double> largest = largest();
    for (LinearPart part : LinearPart.values()) {
      double absmax = largest.getOrDefault(part, Double.NaN);
      PartScales fitted = scales.of(part);
      assertThat(fitted.activationScale()).isCloseTo(absmax / 127, within(1e-6 * absmax));
      assertThat(fitted.activationZeroPoint()).isZero();
      assertThat(fitted.weightScales()).isEmpty();
      assertThat(fitted.smoothing()).isEmpty();
      assertThat(fp8.of(part).activationScale()).isCloseTo(absmax / 448, within(1e-6 * absmax));
    }
  }

  @Test
  void zeroPointsAreFittedForAsymmetricCodes() {
    LayerScales scales = fit("int8-asym/per-tensor/minmax");
    assertThat(scales.of(LinearPart.DOWN).activationZeroPoint()).isBetween(-127, 126).isNotZero();
  }

  private Map<LinearPart, Double> largest() {
    Map<LinearPart, Double> largest = new EnumMap<>(LinearPart.class);
    new ReferenceLayer(
            shape,
            alone,
            SOURCE,
            Strategy.plain(Precision.FP32),
            LayerScales.NONE,
            (part, seen) -> {
              for (double[] row : seen) {
                for (double value : row) {
                  largest.merge(part, Math.abs(value), Math::max);
                }
              }
            })
        .forward(x, new ReferenceCache(3));
    return largest;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.8})
  void smoothingFactorsAreThePapers(double alpha) {
    LayerScales scales = fit("smoothquant/" + alpha);
    double[] inputs = new double[shape.hidden()];
    double[][] normed = ReferenceMath.norm(x, alone.inputNorm(), shape.normEpsilon(), SOURCE);
    for (double[] row : normed) {
      for (int j = 0; j < row.length; j++) {
        inputs[j] = Math.max(inputs[j], Math.abs(row[j]));
      }
    }
    double[] columns = new double[shape.hidden()];
    LayerWeights weights = new LayerWeights(shape, alone, SOURCE);
    float[] row = new float[shape.hidden()];
    for (int n = 0; n < weights.qkvRows(); n++) {
      weights.weight(LinearPart.QKV).row(n, row);
      for (int j = 0; j < row.length; j++) {
        columns[j] = Math.max(columns[j], Math.abs(row[j]));
      }
    }
    float[] factors = scales.of(LinearPart.QKV).smoothing();
    for (int j = 0; j < factors.length; j++) {
      double expected = Math.pow(inputs[j], alpha) / Math.pow(columns[j], 1 - alpha);
      assertThat((double) factors[j]).isCloseTo(expected, within(1e-5 * expected));
    }
    // A norm precedes two parts; the others have nothing to fold the factors into.
    assertThat(scales.of(LinearPart.FEED_FORWARD_IN).smoothing()).hasSize(shape.hidden());
    assertThat(scales.of(LinearPart.OUTPUT)).isEqualTo(PartScales.NONE);
    assertThat(scales.of(LinearPart.DOWN)).isEqualTo(PartScales.NONE);
  }

  @Test
  void anInputThatIsAlwaysZeroIsLeftAlone() {
    TensorSource silent =
        (tensor, row, into) -> {
          SOURCE.row(tensor, row, into);
          if (tensor.name().equals("input_layernorm.weight")) {
            into[3] = 0;
          }
          if (tensor.name().equals("mlp.gate_proj.weight")
              || tensor.name().equals("mlp.up_proj.weight")) {
            into[5] = 0;
          }
        };
    LayerScales scales =
        new LayerCalibration(shape, silent, Strategies.parse("smoothquant")).fit(alone, x);
    assertThat(scales.of(LinearPart.QKV).smoothing()[3]).isEqualTo(1);
    assertThat(scales.of(LinearPart.FEED_FORWARD_IN).smoothing()[5]).isEqualTo(1);
  }

  @Test
  void aLayerIsGivenWhatTheLayersBeforeItLeave() {
    SeededTensors source = new SeededTensors(6);
    List<LayerTensors> layers = ModelTensors.of(shape).layers();
    LayerCalibration calibration =
        new LayerCalibration(shape, source, Strategies.parse("fp8/per-tensor/minmax"));
    List<LayerScales> both = calibration.fit(layers, x);
    double[][] after =
        new ReferenceLayer(shape, layers.get(0), source).forward(x, new ReferenceCache(3));
    assertThat(both).hasSize(2);
    assertThat(both.get(0)).isEqualTo(calibration.fit(layers.get(0), x));
    assertThat(both.get(1)).isEqualTo(calibration.fit(layers.get(1), after));
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp16", "int8-sym", "w4a16", "int8-qat"})
  void whatIsNotFittedIsRefused(String id) {
    assertThatThrownBy(() -> new LayerCalibration(shape, SOURCE, Strategies.parse(id)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void outlierChannelsAreTheSameInEveryRowAndTensor() {
    TensorSpec input = TensorSpec.input("x", 64, 256);
    TensorSpec other = TensorSpec.input("x.decode", 64, 256);
    List<Integer> channels = outlierChannels(input);
    assertThat(channels).hasSize(OutlierTensors.CHANNELS).isEqualTo(outlierChannels(other));
    // Weights and caches are the inner source's.
    TensorSpec weight = TensorSpec.matrix("w", 4, 256);
    assertThat(ReferenceMath.row(SOURCE, weight, 2))
        .isEqualTo(ReferenceMath.row(new SeededTensors(5), weight, 2));
  }

  /** Channels whose rms is above 10; all others' are about 1. */
  private static List<Integer> outlierChannels(TensorSpec input) {
    double[] squares = new double[input.columns()];
    for (int m = 0; m < input.rows(); m++) {
      float[] row = ReferenceMath.row(SOURCE, input, m);
      for (int j = 0; j < row.length; j++) {
        squares[j] += row[j] * (double) row[j] / input.rows();
      }
    }
    List<Integer> channels = new ArrayList<>();
    for (int j = 0; j < squares.length; j++) {
      double rms = Math.sqrt(squares[j]);
      if (rms > 10) {
        assertThat(rms).isBetween(12.0, 80.0);
        channels.add(j);
      } else {
        assertThat(rms).isBetween(0.5, 1.8);
      }
    }
    return channels;
  }

  private LayerScales fit(String id) {
    return new LayerCalibration(shape, SOURCE, Strategies.parse(id)).fit(alone, x);
  }

  private double[][] rows(int tokens) {
    TensorSpec input = TensorSpec.input("x", tokens, shape.hidden());
    double[][] rows = new double[tokens][shape.hidden()];
    for (int m = 0; m < tokens; m++) {
      float[] row = ReferenceMath.row(SOURCE, input, m);
      for (int i = 0; i < row.length; i++) {
        rows[m][i] = row[i];
      }
    }
    return rows;
  }
}
