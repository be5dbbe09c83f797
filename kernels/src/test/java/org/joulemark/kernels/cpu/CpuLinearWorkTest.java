package org.joulemark.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LinearWork;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.LayerVerification;
import org.joulemark.kernels.layer.LinearProblem;
import org.joulemark.kernels.layer.LinearVerifier;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.layer.TestShapes;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorKind;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Linear parts by themselves on the CPU engine: the right ones pass, mistakes do not. */
class CpuLinearWorkTest {
  private static final TensorSource SEEDED = new SeededTensors(23);
  private static final LayerOptions OPTIONS = CpuEngine.LAYER_DEFAULTS;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = new CpuEngineProvider().open(EngineOptions.DEFAULT);
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fp32",
        "int8-sym",
        "int8-sym/per-tensor",
        "int8-asym",
        "int8-asym/per-tensor",
        "smoothquant",
        "llm-int8/2",
        "dynamic",
        "w8a16"
      })
  void everyPartEqualsItsDefinition(String id) {
    for (ModelShape shape :
        new ModelShape[] {TestShapes.gated("qwen2", 6, 2, 64, 0), TestShapes.bloom(3, 80)}) {
      for (LinearPart part : LinearPart.values()) {
        for (int tokens : new int[] {1, 19}) {
          LinearProblem problem = problem(shape, part, Strategies.parse(id), tokens);
          LayerVerification verification = run(problem, SEEDED);
          assertThat(verification.failure()).as(problem + " " + verification).isEmpty();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(LinearPart.class)
  void aScaleThatIsTwoPercentTooLargeIsFound(LinearPart part) {
    assertWrong(part, (row, into) -> multiply(into, 1.02f));
  }

  @ParameterizedTest
  @EnumSource(LinearPart.class)
  void oneChannelOfAnotherScaleIsFound(LinearPart part) {
    assertWrong(
        part,
        (row, into) -> {
          if (row == 5) {
            multiply(into, 1.1f);
          }
        });
  }

  private interface Change {
    void apply(int row, float[] into);
  }

  private static void multiply(float[] numbers, float factor) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] *= factor;
    }
  }

  private static void assertWrong(LinearPart part, Change change) {
    TensorSource wrong =
        (tensor, row, into) -> {
          SEEDED.row(tensor, row, into);
          if (tensor.kind() == TensorKind.MATRIX) {
            change.apply(row, into);
          }
        };
    ModelShape shape = TestShapes.gated("qwen2", 6, 2, 64, 0);
    for (String id : new String[] {"int8-sym", "int8-asym/per-tensor", "w8a16"}) {
      LinearProblem problem = problem(shape, part, Strategies.parse(id), 19);
      assertThat(run(problem, wrong).failure()).as(id).isPresent();
    }
  }

  private static LinearProblem problem(
      ModelShape shape, LinearPart part, Strategy strategy, int tokens) {
    String id = strategy.id();
    int inputs = new LinearProblem(shape, part, strategy, PartScales.NONE, tokens).inputs();
    float[] smoothing = new float[id.startsWith("smooth") && part.followsNorm() ? inputs : 0];
    for (int i = 0; i < smoothing.length; i++) {
      smoothing[i] = 0.5f + 0.25f * (i % 9);
    }
    PartScales scales =
        id.contains("per-tensor")
            ? new PartScales(0.03, id.contains("asym") ? -17 : 0, new float[0], smoothing)
            : new PartScales(Double.NaN, 0, new float[0], smoothing);
    return new LinearProblem(shape, part, strategy, scales, tokens);
  }

  private static LayerVerification run(LinearProblem problem, TensorSource source) {
    try (LinearWork work = engine.linear(problem, source, OPTIONS)) {
      work.poisonOutput();
      work.submit();
      HostTensor output = work.output();
      assertThat(work.completed()).isEqualTo(1);
      return LinearVerifier.verify(problem, SEEDED, output);
    } catch (UnsupportedWorkException unsupported) {
      assumeTrue(false, () -> "skipped: " + unsupported.getMessage());
      throw unsupported;
    }
  }
}
