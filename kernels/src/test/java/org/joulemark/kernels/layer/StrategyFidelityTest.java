package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorKind;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which strategy keeps more of a layer's output, as theory says. Errors are relative to the layer
 * that nothing is quantized in, over a prompt that no calibration has seen.
 */
class StrategyFidelityTest {
  private static final int TOKENS = 20;
  private static final int CALIBRATION_TOKENS = 320;

  private final ModelShape gated = TestShapes.gated("qwen2", 4, 2, 48, 0);
  private final ModelShape wide = TestShapes.gated("qwen2", 8, 2, 64, 0);
  private final ModelShape bloom = TestShapes.bloom(4, 32);
  private final SeededTensors normal = new SeededTensors(3);
  private final TensorSource outliers = new OutlierTensors(normal, 3);
  private final Map<String, double[][]> unquantized = new ConcurrentHashMap<>();

  @Test
  void aScaleForEachTokenKeepsMoreThanOneForAll() {
    for (TensorSource source : List.of(normal, outliers)) {
      for (String family : List.of("int8-sym", "int8-asym")) {
        assertThat(error(gated, source, family + "/per-token"))
            .as(family)
            .isLessThan(0.97 * error(gated, source, family + "/per-tensor/minmax"));
      }
    }
  }

  @Test
  void outliersTakeTheirToll() {
    // Of the part after the norm: within the layer outliers dominate the residual stream.
    assertThat(firstPartError(outliers, "int8-sym"))
        .isGreaterThan(1.5 * firstPartError(normal, "int8-sym"));
  }

  private double firstPartError(TensorSource source, String id) {
    return partError(source, Strategies.parse(id), LayerScales.NONE);
  }

  @Test
  void smoothingKeepsMoreThanPlainCodesWhereThereAreOutliers() {
    for (ModelShape shape : List.of(gated, bloom)) {
      assertThat(error(shape, outliers, "smoothquant"))
          .as(shape.family())
          .isLessThan(0.9 * error(shape, outliers, "int8-sym"));
      assertThat(error(shape, outliers, "smoothquant/0.5"))
          .as(shape.family())
          .isLessThan(0.9 * error(shape, outliers, "int8-sym"));
    }
  }

  @Test
  void separatingOutlierColumnsKeepsMoreThanPlainCodes() {
    for (ModelShape shape : List.of(gated, bloom)) {
      assertThat(error(shape, outliers, "llm-int8"))
          .as(shape.family())
          .isLessThan(0.7 * error(shape, outliers, "int8-sym"));
    }
    // Without outliers there is nothing to separate.
    assertThat(error(gated, normal, "llm-int8/1000.0")).isEqualTo(error(gated, normal, "int8-sym"));
  }

  @Test
  void zeroPointsKeepMoreOfSkewedActivations() {
    // BLOOM's GELU gives nothing below −0.17, and SiLU nothing below −0.28.
    for (ModelShape shape : List.of(bloom, gated)) {
      for (String scaling : List.of("per-token", "per-tensor/minmax")) {
        assertThat(error(shape, skewed(shape), "int8-asym/" + scaling))
            .as(shape.family() + " " + scaling)
            .isLessThan(0.9 * error(shape, skewed(shape), "int8-sym/" + scaling));
      }
    }
  }

  /** Up's biases and gate's weights such that the product after SiLU is skewed. */
  private TensorSource skewed(ModelShape shape) {
    return (tensor, row, into) -> {
      normal.row(tensor, row, into);
      if (tensor.kind() == TensorKind.MATRIX && tensor.name().contains("up_proj")) {
        // The same rows as gate's: silu(g)·g is never negative.
        normal.row(
            TensorSpec.matrix("mlp.gate_proj.weight", shape.intermediate(), shape.hidden()),
            row,
            into);
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"mse", "entropy", "percentile"})
  void calibratorsThatLetOutliersSaturateKeepMoreThanMinMax(String calibrator) {
    TensorSource rare = rareOutlier();
    for (String family : List.of("int8-sym", "int8-asym")) {
      assertThat(error(wide, rare, family + "/per-tensor/" + calibrator))
          .as(family)
          .isLessThan(0.9 * error(wide, rare, family + "/per-tensor/minmax"));
    }
  }

  /** One number of the calibration set's 160 thousand is far beyond the others. */
  private TensorSource rareOutlier() {
    return (tensor, row, into) -> {
      normal.row(tensor, row, into);
      if (tensor.name().equals("x.calibration") && row == 7) {
        into[11] = 30;
      }
    };
  }

  @Test
  void moreBitsKeepMore() {
    double eight = error(gated, normal, "w8a16");
    assertThat(error(gated, normal, "w4a16")).isGreaterThan(8 * eight);
    assertThat(error(gated, normal, "int8-sym")).isGreaterThan(eight);
    assertThat(error(gated, normal, "kv-int8")).isBetween(1e-4, 1e-2);
    assertThat(error(gated, normal, "fp8")).isBetween(1e-2, 1e-1);
  }

  @Test
  void aDynamicLayerIsBetweenWhatItChoosesFrom() {
    double int8 = error(gated, normal, "int8-sym");
    assertThat(error(gated, normal, "dynamic/1/1000000000")).isEqualTo(int8);
    assertThat(error(gated, normal, "dynamic/0.000001/1.5")).isZero();
    assertThat(error(gated, outliers, "dynamic"))
        .isLessThan(0.6 * error(gated, outliers, "int8-sym"));
  }

  /** Relative error of a strategy's definition over a prompt. */
  private double error(ModelShape shape, TensorSource source, String id) {
    Strategy strategy = Strategies.parse(id);
    double[][] actual = output(shape, source, strategy, scales(shape, source, strategy));
    String key = shape.id() + System.identityHashCode(source);
    double[][] expected =
        unquantized.computeIfAbsent(
            key, absent -> output(shape, source, Strategy.plain(Precision.FP32), LayerScales.NONE));
    return relative(actual, expected);
  }

  private LayerScales scales(ModelShape shape, TensorSource source, Strategy strategy) {
    return strategy.linear().needsCalibration()
        ? new LayerCalibration(shape, source, strategy)
            .fit(
                LayerTensors.alone(shape), rows(shape, source, "x.calibration", CALIBRATION_TOKENS))
        : LayerScales.NONE;
  }

  /** Relative error of keys alone: what the first part makes of its input. */
  private double partError(TensorSource source, Strategy strategy, LayerScales scales) {
    ReferenceCache actual = new ReferenceCache(1);
    ReferenceCache expected = new ReferenceCache(1);
    double[][] x = rows(gated, source, "x", TOKENS);
    LayerTensors tensors = LayerTensors.alone(gated);
    new ReferenceLayer(gated, tensors, source, strategy, scales).forward(x, actual);
    new ReferenceLayer(gated, tensors, source).forward(x, expected);
    double[][] have = new double[TOKENS][];
    double[][] want = new double[TOKENS][];
    for (int j = 0; j < TOKENS; j++) {
      have[j] = actual.value(0, j);
      want[j] = expected.value(0, j);
    }
    return relative(have, want);
  }

  private static double[][] output(
      ModelShape shape, TensorSource source, Strategy strategy, LayerScales scales) {
    return new ReferenceLayer(shape, LayerTensors.alone(shape), source, strategy, scales)
        .forward(rows(shape, source, "x", TOKENS), ReferenceCache.of(strategy, shape, 1));
  }

  private static double[][] rows(ModelShape shape, TensorSource source, String name, int tokens) {
    TensorSpec input = TensorSpec.input(name, tokens, shape.hidden());
    double[][] x = new double[tokens][shape.hidden()];
    for (int m = 0; m < tokens; m++) {
      float[] row = ReferenceMath.row(source, input, m);
      for (int i = 0; i < row.length; i++) {
        x[m][i] = row[i];
      }
    }
    return x;
  }

  private static double relative(double[][] actual, double[][] expected) {
    double errors = 0;
    double squares = 0;
    for (int m = 0; m < actual.length; m++) {
      for (int i = 0; i < actual[m].length; i++) {
        double error = actual[m][i] - expected[m][i];
        errors += error * error;
        squares += expected[m][i] * expected[m][i];
      }
    }
    return Math.sqrt(errors / squares);
  }
}
