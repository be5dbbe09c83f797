package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.Fp16;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.definition.Int8Row;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Engines with one mistake each, on activations with outliers, where turned codes lead furthest: an
 * engine without mistakes must pass, and these must not.
 */
class WrongEngineTest {
  private static final long SEED = 9;
  private static final TensorSource SOURCE = new OutlierTensors(new SeededTensors(SEED), SEED);
  private static final ModelShape SHAPE = TestShapes.wide("qwen2", 8, 2, 32, 0, 512);
  private static final LayerTensors TENSORS = LayerTensors.alone(SHAPE);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int8-sym",
        "int8-sym/per-tensor/mse",
        "int8-sym/per-tensor/minmax",
        "int8-asym/per-tensor/mse",
        "smoothquant",
        "llm-int8",
        "fp8",
        "kv-int8"
      })
  void oneThatOnlyRoundsIsRight(String id) {
    for (LayerProblem problem : problems(id)) {
      assertThat(failures(problem, engine(problem, SOURCE, problem.scales()))).as(id).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym", "int8-sym/per-tensor/mse", "smoothquant", "fp8"})
  void aScaleThatIsTwoPercentTooLargeIsFound(String id) {
    for (LinearPart part : LinearPart.values()) {
      for (LayerProblem problem : problems(id)) {
        if (part == LinearPart.QKV && problem.phase() == Phase.DECODE) {
          continue; // The other keys and values are drawn: the error is a small part of its own.
        }
        // What a part gives is multiplied by its weights' scales: as if these were larger.
        TensorSource wrong = changed(part, (row, into) -> multiply(into, 1.02f));
        assertThat(failures(problem, engine(problem, wrong, problem.scales())))
            .as(id + " " + part + " " + problem.phase())
            .isNotEmpty();
      }
    }
  }

  @Test
  void aZeroPointThatIsNotCorrectedForIsFound() {
    for (LayerProblem problem : problems("int8-asym/per-tensor/minmax")) {
      HostTensor output = engine(problem, SOURCE, problem.scales());
      PartScales scales = problem.scales().of(LinearPart.DOWN);
      assertThat(scales.activationZeroPoint()).isNotZero();
      TensorSpec down = TENSORS.feedForwardOutput().weight();
      for (int n = 0; n < SHAPE.hidden(); n++) {
        Int8Row row = Int8Row.symmetric(ReferenceMath.row(SOURCE, down, n));
        double sum = 0;
        for (int k = 0; k < down.columns(); k++) {
          sum += row.value(k);
        }
        double missed = scales.activationScale() * scales.activationZeroPoint() * sum;
        for (int m = 0; m < problem.rows(); m++) {
          output.values()[m * SHAPE.hidden() + n] += (float) missed;
        }
      }
      assertThat(failures(problem, output)).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym", "int8-sym/per-tensor/mse", "smoothquant", "fp8"})
  void twoChannelsWhoseScalesAreExchangedAreFound(String id) {
    // The channels of the other parts are spread over all that the layer gives; a part by itself
    // shows them.
    for (LinearPart part : List.of(LinearPart.OUTPUT, LinearPart.DOWN)) {
      PartRows rows = PartRows.of(part, SHAPE, TENSORS, SOURCE);
      float[] scales = new float[rows.rows()];
      float[] row = new float[rows.columns()];
      int small = 0;
      int large = 0;
      for (int n = 0; n < scales.length; n++) {
        rows.row(n, row);
        scales[n] = Int8Row.symmetricScale(row);
        small = scales[n] < scales[small] ? n : small;
        large = scales[n] > scales[large] ? n : large;
      }
      float factor = scales[large] / scales[small];
      int first = small;
      int second = large;
      TensorSource wrong =
          changed(
              part,
              (n, into) -> {
                if (n == first) {
                  multiply(into, factor);
                } else if (n == second) {
                  multiply(into, 1 / factor);
                }
              });
      for (LayerProblem problem : problems(id)) {
        assertThat(failures(problem, engine(problem, wrong, problem.scales())))
            .as(id + " " + part + " " + problem.phase() + " " + factor)
            .isNotEmpty();
      }
    }
  }

  private interface Change {
    void apply(int row, float[] into);
  }

  private static void multiply(float[] numbers, float factor) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] *= factor;
    }
  }

  /** The same numbers but for the weights of a part. */
  private static TensorSource changed(LinearPart part, Change change) {
    List<Affine> affines =
        switch (part) {
          case QKV -> TENSORS.attentionInputs();
          case OUTPUT -> List.of(TENSORS.attentionOutput());
          case FEED_FORWARD_IN -> TENSORS.feedForwardInputs();
          case DOWN -> List.of(TENSORS.feedForwardOutput());
        };
    List<String> names = affines.stream().map(affine -> affine.weight().name()).toList();
    return (tensor, row, into) -> {
      SOURCE.row(tensor, row, into);
      if (names.contains(tensor.name())) {
        change.apply(row, into);
      }
    };
  }

  private static List<TensorComparison> failures(LayerProblem problem, HostTensor output) {
    LayerVerification verification = LayerVerifier.verifyBoth(problem, SOURCE, output);
    List<TensorComparison> failures = new ArrayList<>(verification.definition());
    failures.removeIf(TensorComparison::passed);
    return failures;
  }

  private static List<LayerProblem> problems(String id) {
    Strategy strategy = Strategies.parse(id);
    LayerScales scales =
        strategy.linear().needsCalibration()
            ? new LayerCalibration(SHAPE, SOURCE, strategy)
                .fit(
                    TENSORS,
                    StoredLayer.rows(SOURCE, TensorSpec.input("x.calibration", 32, SHAPE.hidden())))
            : LayerScales.NONE;
    return List.of(
        LayerProblem.prefill(SHAPE, strategy, scales, 2, 9),
        LayerProblem.decode(SHAPE, strategy, scales, 12, 5));
  }

  /** What an engine gives that stores FP16, with other numbers or scales perhaps. */
  private static HostTensor engine(LayerProblem problem, TensorSource source, LayerScales scales) {
    TensorSource stored =
        (tensor, row, into) -> {
          source.row(tensor, row, into);
          switch (tensor.kind()) {
            case INPUT, CACHE -> {
              for (int i = 0; i < tensor.columns(); i++) {
                into[i] = Fp16.decode(Fp16.encode(into[i]));
              }
            }
            case MATRIX, NORM_WEIGHT, BIAS -> {}
          }
        };
    // Observers must not change what they see; this one stands for an engine that stores it.
    Map<LinearPart, Integer> calls = new EnumMap<>(LinearPart.class);
    PartObserver rounding =
        (part, x) -> {
          int call = calls.merge(part, 1, Integer::sum);
          for (int m = 0; m < x.length; m++) {
            for (int i = 0; i < x[m].length; i++) {
              double moved = x[m][i] * (1 + 0x1p-11 * Math.sin(i + 7.0 * m + 3 * call));
              x[m][i] = Fp16.decode(Fp16.encode((float) moved));
            }
          }
        };
    ReferenceLayer layer =
        new ReferenceLayer(SHAPE, TENSORS, stored, problem.strategy(), scales, rounding);
    return StoredLayer.output(problem, stored, layer);
  }
}
