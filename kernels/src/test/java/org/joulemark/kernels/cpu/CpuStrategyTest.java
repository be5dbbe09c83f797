package org.joulemark.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerVerifier;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.layer.TestShapes;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorKind;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every strategy on the CPU engine against its definition in plain Java. */
class CpuStrategyTest {
  private static final TensorSource SEEDED = new SeededTensors(23);
  private static final LayerOptions OPTIONS = new CpuEngineProvider().layerDefaults();
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = new CpuEngineProvider().open(EngineOptions.DEFAULT);
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  static List<Arguments> strategiesAndShapes() {
    List<ModelShape> shapes =
        List.of(TestShapes.gated("qwen2", 6, 2, 64, 0), TestShapes.bloom(3, 80));
    List<Arguments> all = new ArrayList<>();
    for (String id :
        List.of(
            "int8-sym",
            "int8-sym/per-tensor",
            "int8-asym",
            "int8-asym/per-tensor",
            "int8-qat",
            "smoothquant",
            "llm-int8/2",
            "dynamic",
            "dynamic/0.000001/1.5",
            "w8a16",
            "kv-int8")) {
      for (ModelShape shape : shapes) {
        all.add(Arguments.of(id, shape));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("strategiesAndShapes")
  void aLayerEqualsItsDefinition(String id, ModelShape shape) {
    Strategy strategy = Strategies.parse(id);
    LayerScales scales = scales(strategy, shape);
    for (int length : new int[] {1, 19}) {
      check(LayerProblem.prefill(shape, strategy, scales, 2, length));
      check(LayerProblem.decode(shape, strategy, scales, 2, length));
    }
  }

  @Test
  void fourBitWeightsEqualTheirDefinition() {
    // Every input width is a multiple of the group.
    ModelShape shape = TestShapes.wide("qwen2", 4, 2, 64, 0, 512);
    Strategy strategy = Strategies.parse("w4a16");
    check(LayerProblem.prefill(shape, strategy, LayerScales.NONE, 2, 7));
    check(LayerProblem.decode(shape, strategy, LayerScales.NONE, 1, 33));
  }

  private static void check(LayerProblem problem) {
    try (LayerWork work = engine.layer(problem, SEEDED, OPTIONS)) {
      work.poisonOutput();
      work.submit();
      TensorComparison comparison =
          LayerVerifier.verify(problem, SEEDED, work.output(), problem.newTokens());
      assertThat(comparison.passed()).as(problem + ": " + comparison).isTrue();
    } catch (UnsupportedWorkException unsupported) {
      assumeTrue(false, () -> "skipped: " + unsupported.getMessage());
    }
  }

  /** Made-up scales of the right size, none of which is what the engine would choose itself. */
  private static LayerScales scales(Strategy strategy, ModelShape shape) {
    if (!strategy.linear().needsCalibration()) {
      return LayerScales.NONE;
    }
    Map<LinearPart, PartScales> parts = new EnumMap<>(LinearPart.class);
    int qkv = shape.queryWidth() + 2 * shape.kvWidth();
    int in = (shape.gated() ? 2 : 1) * shape.intermediate();
    boolean asymmetric = strategy.id().startsWith("int8-asym");
    boolean smooth = strategy.id().startsWith("smoothquant");
    boolean trained = strategy.id().equals("int8-qat");
    parts.put(LinearPart.QKV, part(0.03, asymmetric, trained, qkv, smooth, shape.hidden()));
    parts.put(LinearPart.OUTPUT, part(0.02, asymmetric, trained, shape.hidden(), false, 0));
    parts.put(
        LinearPart.FEED_FORWARD_IN, part(0.025, asymmetric, trained, in, smooth, shape.hidden()));
    parts.put(LinearPart.DOWN, part(0.02, asymmetric, trained, shape.hidden(), false, 0));
    return new LayerScales(parts);
  }

  private static PartScales part(
      double scale, boolean asymmetric, boolean trained, int rows, boolean smooth, int inputs) {
    float[] weights = new float[trained ? rows : 0];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 0.002f + 0.0001f * (i % 7);
    }
    float[] smoothing = new float[smooth ? inputs : 0];
    for (int i = 0; i < smoothing.length; i++) {
      smoothing[i] = 0.5f + 0.25f * (i % 9);
    }
    return new PartScales(smooth ? Double.NaN : scale, asymmetric ? -17 : 0, weights, smoothing);
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym", "llm-int8", "dynamic", "w8a16"})
  void submittingAllocatesNothing(String id) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    LayerProblem problem =
        LayerProblem.prefill(
            TestShapes.gated("qwen2", 6, 2, 64, 0), Strategies.parse(id), LayerScales.NONE, 2, 19);
    try (LayerWork work = engine.layer(problem, SEEDED, OPTIONS)) {
      for (int i = 0; i < 300; i++) {
        work.submit();
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        work.submit();
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100);
    } catch (UnsupportedWorkException unsupported) {
      assumeTrue(false, () -> "skipped: " + unsupported.getMessage());
    }
  }

  @Test
  void theShareOfInt8CallsAndTheTimeOfDecidingAreReported() {
    Needs.precision(Precision.INT8);
    ModelShape shape = TestShapes.gated("qwen2", 6, 2, 64, 0);
    assertThat(decisions("dynamic/1/1000000", shape).orElseThrow().int8Share()).isEqualTo(1.0);
    assertThat(decisions("dynamic/0.000001/1.0001", shape).orElseThrow().int8Share()).isZero();
    // SwiGLU's output has tails too heavy for the default.
    Decisions usual = decisions("dynamic", shape).orElseThrow();
    assertThat(usual.int8Share()).isStrictlyBetween(0.0, 1.0);
    assertThat(usual.seconds()).isPositive();
    assertThat(decisions("int8-sym", shape)).isEmpty();
  }

  @Test
  void decisionsAreThoseOfTheUnitsBetweenTwoMoments() {
    Needs.precision(Precision.INT8);
    LayerProblem problem =
        LayerProblem.prefill(
            TestShapes.bloom(3, 80), Strategies.parse("dynamic"), LayerScales.NONE, 1, 9);
    try (LayerWork work = engine.layer(problem, SEEDED, OPTIONS)) {
      work.submit();
      Decisions earlier = work.decisions().orElseThrow();
      work.submit();
      work.submit();
      Decisions between = work.decisions().orElseThrow().since(earlier);
      assertThat(between.calls()).isEqualTo(2 * earlier.calls()).isEqualTo(8);
      assertThat(between.int8Calls()).isEqualTo(2 * earlier.int8Calls());
      assertThat(between.seconds()).isPositive();
    }
  }

  private static Optional<Decisions> decisions(String id, ModelShape shape) {
    LayerProblem problem =
        LayerProblem.prefill(shape, Strategies.parse(id), LayerScales.NONE, 1, 9);
    try (LayerWork work = engine.layer(problem, SEEDED, OPTIONS)) {
      work.submit();
      return work.decisions();
    }
  }

  @Test
  void activationsThatAreNotNumbersAreReported() {
    Needs.precision(Precision.INT8);
    TensorSource broken =
        (tensor, row, into) -> {
          SEEDED.row(tensor, row, into);
          if (tensor.kind() == TensorKind.INPUT && row == 3) {
            into[5] = Float.NaN;
          }
        };
    LayerProblem problem =
        LayerProblem.prefill(
            TestShapes.gated("qwen2", 2, 1, 16, 0),
            Strategies.parse("int8-sym"),
            LayerScales.NONE,
            1,
            7);
    try (LayerWork work = engine.layer(problem, broken, OPTIONS)) {
      assertThatThrownBy(work::submit)
          .satisfiesAnyOf(
              failure -> assertThat(failure).isInstanceOf(EngineException.class),
              failure -> assertThat(failure).hasCauseInstanceOf(EngineException.class));
    }
  }

  @Test
  void fp8IsRefusedBecauseCpusEmulateIt() {
    LayerProblem problem =
        LayerProblem.prefill(
            TestShapes.gated("qwen2", 2, 1, 16, 0),
            Strategies.parse("fp8"),
            LayerScales.NONE,
            1,
            7);
    assertThatThrownBy(() -> engine.layer(problem, SEEDED, OPTIONS))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageContaining("emulated");
  }
}
