package org.joulemark.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.ExpectedPass;
import org.joulemark.kernels.layer.GoldenFolders;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassRequest;
import org.joulemark.kernels.layer.PassTolerance;
import org.joulemark.kernels.layer.PassVerifier;
import org.joulemark.kernels.layer.ReferenceModel;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.layer.TestShapes;
import org.joulemark.kernels.model.Checkpoint;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.PackedFolder;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole models on this machine's CPU: equal to Hugging Face's and to the FP64 reference. */
class CpuModelTest {
  private static final TensorSource SOURCE = new SeededTensors(23);
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = new CpuEngineProvider().open(EngineOptions.DEFAULT);
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  static List<Arguments> foldersAndPrecisions() {
    return GoldenFolders.names().stream()
        .flatMap(
            name ->
                List.of(Precision.FP32, Precision.BF16, Precision.FP16).stream()
                    .map(precision -> Arguments.of(name, precision)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("foldersAndPrecisions")
  void equalsTransformers(String name, Precision precision) {
    Needs.precision(precision);
    Path folder = GoldenFolders.path(name);
    Checkpoint checkpoint = Checkpoint.open(folder);
    ExpectedPass expected = ExpectedPass.read(folder.resolve("expected.safetensors"));
    verify(checkpoint.shape(), checkpoint, expected, precision);
  }

  @Test
  void oddShapesEqualTheReference() {
    int[][] tokens = {{5, 4, 3, 2, 1, 0, 96}, {1, 2, 3, 4, 5, 6, 7}, {9, 9, 9, 9, 9, 9, 9}};
    for (ModelShape shape :
        List.of(
            TestShapes.gated("qwen2", 6, 2, 80, 0),
            TestShapes.gated("mistral", 3, 1, 16, 3),
            TestShapes.bloom(6, 16))) {
      ReferenceModel reference = new ReferenceModel(shape, SOURCE, 3, 12);
      verify(shape, SOURCE, ExpectedPass.from(reference, tokens, 3, 2, 10), Precision.FP32);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym", "int8-asym", "llm-int8", "w8a16", "kv-int8"})
  void quantizedModelsEqualTheirDefinition(String id) {
    ModelShape shape = TestShapes.gated("mistral", 4, 2, 64, 9);
    int[][] tokens = {{5, 4, 3, 2, 1, 0, 96}, {1, 2, 3, 4, 5, 6, 7}};
    ModelProblem problem =
        new ModelProblem(shape, Strategies.parse(id), List.of(), tokens.length, 12);
    ExpectedPass expected =
        ExpectedPass.from(new ReferenceModel(problem, SOURCE), tokens, 3, 2, 10);
    try (ModelSession session = engine.model(problem, SOURCE, CpuEngine.LAYER_DEFAULTS)) {
      assertThat(
              PassVerifier.verify(session, expected, PassTolerance.of(problem, SOURCE, expected)))
          .hasSize(shape.layers() + 5)
          .allSatisfy(row -> assertThat(row.passed()).as(id + " " + row).isTrue());
    } catch (UnsupportedWorkException unsupported) {
      assumeTrue(false, () -> "skipped: " + unsupported.getMessage());
    }
  }

  @Test
  void worksOfASessionThatDecidesAreCountedOnce() {
    ModelShape shape = TestShapes.gated("mistral", 4, 2, 64, 9);
    ModelProblem problem =
        new ModelProblem(shape, Strategies.parse("dynamic/1/1000000"), List.of(), 1, 12);
    try (ModelSession session = engine.model(problem, SOURCE, CpuEngine.LAYER_DEFAULTS)) {
      session.forward(new int[][] {{1, 2, 3}}, PassRequest.LAST_LOGITS);
      try (Work decode = session.decode(3);
          Work prefill = session.prefill(new int[][] {{1, 2, 3}})) {
        Decisions before = session.decisions().orElseThrow();
        prefill.submit();
        long callsOfAPass = session.decisions().orElseThrow().since(before).calls();
        assertThat(callsOfAPass).isPositive();
        decode.submit();
        decode.submit();
        Decisions decided = session.decisions().orElseThrow().since(before);
        assertThat(decided.calls()).isEqualTo(3 * callsOfAPass);
        assertThat(decided.int8Share()).isEqualTo(1.0);
      }
    } catch (UnsupportedWorkException unsupported) {
      assumeTrue(false, () -> "skipped: " + unsupported.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gptq", "awq"})
  void storedCodesAreTheOnesThatAreMultiplied(String format, @TempDir Path folder)
      throws IOException {
    Checkpoint checkpoint = Checkpoint.open(new PackedFolder(format, 128, false).write(folder));
    ModelShape shape = checkpoint.shape();
    int[][] tokens = {{5, 4, 3, 2, 1, 0, 96}, {1, 2, 3, 4, 5, 6, 7}};
    ModelProblem problem = new ModelProblem(shape, Strategies.parse("w4a16"), List.of(), 2, 12);
    float[] defined = logits(new ReferenceModel(problem, checkpoint), tokens);
    TensorSource numbers = (tensor, row, into) -> checkpoint.row(tensor, row, into);
    // In FP64 the stored codes are the numbers themselves, whereas codes made from them are not.
    assertThat(defined).isEqualTo(logits(new ReferenceModel(shape, checkpoint, 2, 12), tokens));
    assertThat(defined).isNotEqualTo(logits(new ReferenceModel(problem, numbers), tokens));
    ExpectedPass expected =
        ExpectedPass.from(new ReferenceModel(problem, checkpoint), tokens, 3, 2, 10);
    try (ModelSession session = engine.model(problem, checkpoint, CpuEngine.LAYER_DEFAULTS)) {
      // Codes made again would be off by some 10⁻².
      assertThat(PassVerifier.verify(session, expected, PassTolerance.of(Precision.FP32)))
          .hasSize(shape.layers() + 5)
          .allSatisfy(row -> assertThat(row.passed()).as(format + " " + row).isTrue());
    } catch (UnsupportedWorkException unsupported) {
      assumeTrue(false, () -> "skipped: " + unsupported.getMessage());
    }
  }

  private static float[] logits(ReferenceModel model, int[][] tokens) {
    return model.forward(tokens, PassRequest.LAST_LOGITS).logits().values();
  }

  @Test
  void worksDoWhatForwardDoes() {
    ModelShape shape = TestShapes.gated("qwen2", 4, 2, 16, 0);
    int[][] prompts = {{1, 2, 3, 4}, {5, 6, 7, 8}};
    ModelProblem problem = new ModelProblem(shape, Precision.FP32, 2, 8);
    try (ModelSession session = engine.model(problem, SOURCE, CpuEngine.LAYER_DEFAULTS)) {
      try (Work prefill = session.prefill(prompts)) {
        prefill.submit();
        prefill.submit();
        prefill.drain();
        assertThat(prefill.completed()).isEqualTo(2);
      }
      assertThat(session.position()).isEqualTo(4);
      HostTensor afterWork =
          session.forward(new int[][] {{11}, {12}}, PassRequest.LAST_LOGITS).logits();
      session.reset();
      session.forward(prompts, PassRequest.LAST_LOGITS);
      HostTensor afterForward =
          session.forward(new int[][] {{11}, {12}}, PassRequest.LAST_LOGITS).logits();
      assertThat(afterWork.values()).isEqualTo(afterForward.values());

      session.reset();
      session.forward(prompts, PassRequest.LAST_LOGITS);
      assertThatThrownBy(() -> session.decode(5)).isInstanceOf(IllegalArgumentException.class);
      try (Work decode = session.decode(4)) {
        decode.submit();
        decode.submit();
        decode.drain();
        assertThat(decode.completed()).isEqualTo(2);
        assertThat(session.position()).isEqualTo(5);
      }
      assertThat(session.facts()).containsKey("algorithm");
    }
  }

  @Test
  void endingsAreReadBehindTheSamePromptAgainAndAgain() {
    ModelShape shape = TestShapes.gated("qwen2", 4, 2, 16, 0);
    int[][] prompts = {{1, 2, 3, 4}, {5, 6, 7, 8}};
    int[][] endings = {{9, 10, 11}, {12, 13, 14}};
    ModelProblem problem = new ModelProblem(shape, Precision.FP32, 2, 8);
    try (ModelSession session = engine.model(problem, SOURCE, CpuEngine.LAYER_DEFAULTS)) {
      assertThatThrownBy(() -> session.extend(4, endings))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0 tokens have been read");
      session.forward(prompts, PassRequest.LAST_LOGITS);
      assertThatThrownBy(() -> session.extend(4, new int[2][5]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("room for 1 to 4");
      try (Work extend = session.extend(4, endings)) {
        extend.submit();
        extend.submit();
        extend.drain();
        assertThat(extend.completed()).isEqualTo(2);
      }
      assertThat(session.position()).isEqualTo(7);
      int[][] next = {{15}, {16}};
      HostTensor afterWork = session.forward(next, PassRequest.LAST_LOGITS).logits();
      session.reset();
      session.forward(prompts, PassRequest.LAST_LOGITS);
      session.forward(endings, PassRequest.LAST_LOGITS);
      HostTensor afterForward = session.forward(next, PassRequest.LAST_LOGITS).logits();
      assertThat(afterWork.values()).isEqualTo(afterForward.values());
    }
  }

  @Test
  void whatDoesNotFitIsKnownBeforeAnythingIsAllocated() {
    ModelShape large = ModelCatalogue.standard().get("llama-3.1-70b");
    assertThatThrownBy(
            () ->
                engine.model(
                    new ModelProblem(large, Precision.FP32, 1, 16),
                    SOURCE,
                    CpuEngine.LAYER_DEFAULTS))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageMatching("needs 2[89]\\d\\.\\d GB of memory, \\d+\\.\\d GB free");
  }

  private static void verify(
      ModelShape shape, TensorSource source, ExpectedPass expected, Precision precision) {
    ModelProblem problem =
        new ModelProblem(shape, precision, expected.tokens().length, expected.capacity());
    try (ModelSession session = engine.model(problem, source, CpuEngine.LAYER_DEFAULTS)) {
      List<TensorComparison> rows =
          PassVerifier.verify(session, expected, PassTolerance.of(precision));
      assertThat(rows).hasSize(shape.layers() + 5);
      assertThat(rows)
          .allSatisfy(row -> assertThat(row.passed()).as(shape.id() + " " + row).isTrue());
    }
  }
}
