package org.joulemark.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.layer.CacheContents;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerVerifier;
import org.joulemark.kernels.layer.Phase;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.layer.TestShapes;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One layer on this machine's CPU against the FP64 reference. */
class CpuLayerTest {
  private static final TensorSource SOURCE = new SeededTensors(17);
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

  static List<Arguments> shapesAndLengths() {
    List<ModelShape> shapes =
        List.of(
            TestShapes.gated("llama", 4, 4, 16, 0),
            TestShapes.gated("qwen2", 6, 2, 64, 0),
            TestShapes.gated("mistral", 6, 2, 80, 20),
            TestShapes.gated("qwen2", 4, 1, 128, 0),
            TestShapes.bloom(6, 16),
            TestShapes.bloom(5, 80));
    List<Arguments> all = new ArrayList<>();
    for (ModelShape shape : shapes) {
      for (int length : new int[] {1, 7, 33, 200}) {
        all.add(Arguments.of(shape, length));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("shapesAndLengths")
  void prefillEqualsTheReference(ModelShape shape, int length) {
    for (Precision precision : supported()) {
      check(LayerProblem.prefill(shape, precision, 3, length));
    }
  }

  @ParameterizedTest
  @MethodSource("shapesAndLengths")
  void decodeAfterADrawnCacheEqualsTheReference(ModelShape shape, int length) {
    for (Precision precision : supported()) {
      check(LayerProblem.decode(shape, precision, 3, length));
    }
  }

  @ParameterizedTest
  @MethodSource("shapesAndLengths")
  void decodeAfterItsOwnPrefillEqualsTheReference(ModelShape shape, int length) {
    check(
        new LayerProblem(shape, Precision.FP32, Phase.DECODE, 3, length, CacheContents.PREFILLED));
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"BF16", "FP16"})
  void sixteenBitPrecisionsAreCheckedWhereTheCpuHasThem(Precision precision) {
    Needs.precision(precision);
    assertThat(supported()).contains(precision);
  }

  @Test
  void aLongPromptEqualsTheReference() {
    LayerProblem problem =
        LayerProblem.prefill(TestShapes.gated("mistral", 4, 2, 64, 300), Precision.FP32, 2, 1000);
    try (LayerWork work = engine.layer(problem, SOURCE, OPTIONS)) {
      work.poisonOutput();
      work.submit();
      TensorComparison comparison = LayerVerifier.verify(problem, SOURCE, work.output(), 20);
      assertThat(comparison.passed()).as(comparison.toString()).isTrue();
    }
  }

  @Test
  void anOutputThatWasNotWrittenIsNeverRight() {
    LayerProblem problem = LayerProblem.prefill(TestShapes.bloom(2, 16), Precision.FP32, 1, 9);
    try (LayerWork work = engine.layer(problem, SOURCE, OPTIONS)) {
      work.poisonOutput();
      TensorComparison comparison = LayerVerifier.verify(problem, SOURCE, work.output());
      assertThat(comparison.passed()).isFalse();
      assertThat(comparison.fidelity()).isZero();
    }
  }

  @Test
  void manyUnitsLeaveWhatOneLeaves() {
    LayerProblem problem =
        LayerProblem.decode(TestShapes.gated("qwen2", 6, 2, 64, 0), Precision.FP32, 2, 19);
    try (LayerWork work = engine.layer(problem, SOURCE, OPTIONS)) {
      work.submit();
      HostTensor first = work.output();
      for (int i = 0; i < 20; i++) {
        work.submit();
      }
      work.drain();
      assertThat(work.output().values()).isEqualTo(first.values());
      assertThat(work.completed()).isEqualTo(21);
      assertThat(work.facts()).containsKeys("algorithm", "attention", "threads");
    }
  }

  @Test
  void submittingAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (Phase phase : Phase.values()) {
      LayerProblem problem =
          new LayerProblem(
              TestShapes.gated("qwen2", 6, 2, 64, 0),
              Precision.FP32,
              phase,
              2,
              19,
              CacheContents.DRAWN);
      try (LayerWork work = engine.layer(problem, SOURCE, OPTIONS)) {
        for (int i = 0; i < 300; i++) {
          work.submit();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) {
          work.submit();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100);
      }
    }
  }

  @Test
  void whatIsNotOfferedSaysWhy() {
    ModelShape mixtral = ModelCatalogue.standard().get("mixtral-8x7b");
    assertThatThrownBy(
            () ->
                engine.layer(LayerProblem.prefill(mixtral, Precision.FP32, 1, 1), SOURCE, OPTIONS))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageContaining("mixtral");
    ModelShape yi = ModelCatalogue.standard().get("yi-6b");
    assertThatThrownBy(
            () -> engine.layer(LayerProblem.prefill(yi, Precision.TF32, 1, 1), SOURCE, OPTIONS))
        .isInstanceOf(UnsupportedWorkException.class);
    LayerProblem problem = LayerProblem.prefill(yi, Precision.FP32, 1, 1);
    assertThatThrownBy(
            () ->
                engine.layer(
                    problem, SOURCE, new LayerOptions("onednn", "heuristic", "cudnn", "direct")))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageContaining("attention=cudnn");
  }

  @Test
  void whatDoesNotFitIsKnownBeforeAnythingIsAllocated() {
    ModelShape yi = ModelCatalogue.standard().get("yi-6b");
    LayerProblem problem = LayerProblem.decode(yi, Precision.FP32, 64, 1_000_000);
    assertThatThrownBy(() -> engine.layer(problem, SOURCE, OPTIONS))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageMatching("needs \\d+\\.\\d GB of .*, \\d+\\.\\d GB free");
  }

  @Test
  void aResultThatIsTooLargeForAnArrayIsRefusedBeforeAnythingIsAllocated() {
    LayerProblem problem =
        LayerProblem.prefill(
            ModelCatalogue.standard().get("llama-3.1-70b"), Precision.FP32, 8, 32_768);
    assertThatThrownBy(() -> engine.layer(problem, SOURCE, OPTIONS))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessage(
            "The output would be 2,147,483,648 numbers, and an array holds at most 2,147,483,639;"
                + " choose a smaller batch or fewer tokens.");
  }

  @Test
  void tokensWhoseSumsAreTooManyForABufferAreRefusedBeforeAnythingIsAllocated() {
    Needs.precision(Precision.INT8);
    ModelShape yi = ModelCatalogue.standard().get("yi-6b");
    Strategy int8 = Strategies.parse("int8-sym");
    LayerProblem problem = LayerProblem.prefill(yi, int8, LayerScales.NONE, 2, 32_768);
    assertThatThrownBy(() -> engine.layer(problem, SOURCE, OPTIONS))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessage(
            "int8-sym on the cpu engine reads at most 48,770 tokens of this model in one pass, batch"
                + " times length, not 65,536.");
  }

  private static List<Precision> supported() {
    List<Precision> supported = new ArrayList<>();
    for (Precision precision : List.of(Precision.FP32, Precision.BF16, Precision.FP16)) {
      if (CpuIsa.effective().whyNot(precision).isEmpty()) {
        supported.add(precision);
      }
    }
    return supported;
  }

  private static void check(LayerProblem problem) {
    try (LayerWork work = engine.layer(problem, SOURCE, OPTIONS)) {
      work.poisonOutput();
      work.submit();
      work.drain();
      TensorComparison comparison =
          LayerVerifier.verify(problem, SOURCE, work.output(), problem.newTokens());
      assertThat(comparison.passed()).as(problem + ": " + comparison).isTrue();
    }
  }
}
