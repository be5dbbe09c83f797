package org.joulemark.benchmarks.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.joulemark.benchmarks.work.GoldenFolders;
import org.joulemark.benchmarks.work.PassMismatchException;
import org.joulemark.benchmarks.work.ScaleFinder;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.ReferenceModel;
import org.joulemark.kernels.model.Checkpoint;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelVerificationTest {
  private final EngineProvider provider = EngineCatalogue.installed().choose("cpu").provider();
  private final LayerOptions options = provider.layerDefaults();
  private final Checkpoint checkpoint = Checkpoint.open(GoldenFolders.path("tiny-mistral"));

  @ParameterizedTest
  @CsvSource({"FP32, 6, 0, 2e-5", "FP16, 1, 1e-5, 3e-3", "BF16, 1, 1e-4, 2e-2"})
  void aRightModelGetsItsFidelity(Precision precision, int tokens, double least, double most) {
    try (Engine engine = provider.open(EngineOptions.DEFAULT)) {
      ModelVerification verification =
          new ModelVerification(engine, checkpoint.shape(), checkpoint);
      assertThat(verification.layers()).isEqualTo(checkpoint.shape().layers());
      assertThat(
              verification.verify("test", Strategy.plain(precision), List.of(), tokens, options, 1))
          .isBetween(1 - most, 1 - least);
    } catch (UnsupportedWorkException unsupported) {
      assumeTrue(false, () -> "skipped: " + unsupported.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym", "llm-int8/2", "dynamic", "fp8", "w4a16", "kv-int8"})
  void aRightModelUnderAStrategyGetsItsFidelityAgainstQuantizingNothing(String id) {
    Strategy strategy = Strategies.parse(id);
    // The definition itself stands for an engine that carries it out.
    ModelVerification verification =
        new ModelVerification(definition(strategy), checkpoint.shape(), checkpoint);
    double fidelity = verification.verify("test", strategy, List.of(), 2, options, 1);
    assertThat(fidelity).isBetween(0.5, 1 - 1e-4);
  }

  /** Kernels for up to 16 rows multiply the decoded token, and others a prompt that is timed. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 16})
  void thePromptHasMoreRowsThanKernelsForFewTake(int batch) {
    AtomicInteger rows = new AtomicInteger();
    Engine engine =
        engine(
            (asked, source) -> {
              rows.set(asked.batch() * asked.capacity());
              throw new UnsupportedWorkException("seen");
            });
    ModelVerification verification = new ModelVerification(engine, checkpoint.shape(), checkpoint);
    assertThatThrownBy(
            () ->
                verification.verify(
                    "test", Strategies.parse("int8-sym"), List.of(), batch, options, 1))
        .isInstanceOf(UnsupportedWorkException.class);
    assertThat(rows.get()).isBetween(17, 32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym", "fp8", "w8a16", "w4a16"})
  void aModelThatDoesNotQuantizeIsNotLetThrough(String id) {
    ModelVerification verification =
        new ModelVerification(definition(Strategies.parse("fp16")), checkpoint.shape(), checkpoint);
    assertThatThrownBy(
            () -> verification.verify("test", Strategies.parse(id), List.of(), 2, options, 1))
        .isInstanceOf(PassMismatchException.class);
  }

  @Test
  void scalesOfAllLayersReachTheLayersThatTakePart() {
    Weights weights =
        Weights.of("none", GoldenFolders.path("tiny-mistral").toString(), Weights.AUTO_INPUTS, 1);
    Strategy strategy = Strategies.parse("int8-sym/per-tensor/minmax");
    List<LayerScales> scales = new ScaleFinder(ScaleFinder.AUTO, strategy, weights).model();
    assertThat(scales).hasSize(checkpoint.shape().layers());
    ModelVerification verification =
        new ModelVerification(definition(strategy), checkpoint.shape(), checkpoint);
    assertThat(verification.verify("test", strategy, scales, 2, options, 1))
        .isBetween(0.5, 1 - 1e-4);
  }

  /** An engine whose models are the FP64 definition of one strategy, whatever it is asked for. */
  private static Engine definition(Strategy strategy) {
    return engine(
        (asked, source) ->
            session(
                new ReferenceModel(
                    new ModelProblem(
                        asked.shape(), strategy, asked.scales(), asked.batch(), asked.capacity()),
                    source)));
  }

  /** An engine that can do nothing but make models. */
  private static Engine engine(BiFunction<ModelProblem, TensorSource, ModelSession> models) {
    return (Engine)
        Proxy.newProxyInstance(
            Engine.class.getClassLoader(),
            new Class<?>[] {Engine.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("model")) {
                throw new UnsupportedOperationException(method.getName());
              }
              return models.apply((ModelProblem) arguments[0], (TensorSource) arguments[1]);
            });
  }

  private static ModelSession session(ReferenceModel model) {
    return (ModelSession)
        Proxy.newProxyInstance(
            ModelSession.class.getClassLoader(),
            new Class<?>[] {ModelSession.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              try {
                return method.invoke(model, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  @Test
  void aWrongModelIsNotLetThrough() {
    // The engine gets other weights of one matrix than the reference.
    TensorSource wrong =
        (tensor, row, into) -> {
          checkpoint.row(tensor, row, into);
          if (tensor.name().endsWith("1.mlp.down_proj.weight")) {
            into[0] += 0.1f;
          }
        };
    try (Engine engine = provider.open(EngineOptions.DEFAULT)) {
      ModelVerification verification =
          new ModelVerification(readingFrom(wrong, engine), checkpoint.shape(), checkpoint);
      assertThatThrownBy(
              () ->
                  verification.verify(
                      "test pass", Strategy.plain(Precision.FP32), List.of(), 2, options, 1))
          .isInstanceOf(PassMismatchException.class)
          .hasMessageContaining("test pass")
          .hasMessageContaining("most at [");
    }
  }

  @Test
  void aNumberThatIsNotFiniteIsNotLetThrough() {
    float[] values = {1, 2, Float.NaN, 4};
    assertThatThrownBy(
            () ->
                ModelVerification.requireFinite(
                    "test pass", new HostTensor("logits", List.of(2, 2), values)))
        .isInstanceOf(PassMismatchException.class)
        .hasMessageContaining("[1, 0]");
    values[2] = 3;
    ModelVerification.requireFinite("test pass", new HostTensor("logits", List.of(2, 2), values));
  }

  @Test
  void ofALargeModelOneLayerTakesPart() {
    ModelShape large = ModelCatalogue.standard().get("qwen2.5-7b");
    try (Engine engine = provider.open(EngineOptions.DEFAULT)) {
      assertThat(new ModelVerification(engine, large, checkpoint).layers()).isEqualTo(1);
    }
  }

  @Test
  void tokensAreSeededAndInTheVocabulary() {
    int[][] tokens = ModelVerification.tokens(checkpoint.shape(), 3, 50, 9);
    assertThat(tokens).isDeepEqualTo(ModelVerification.tokens(checkpoint.shape(), 3, 50, 9));
    assertThat(tokens.length).isEqualTo(3);
    for (int[] sequence : tokens) {
      for (int token : sequence) {
        assertThat(token).isBetween(0, checkpoint.shape().vocabulary() - 1);
      }
    }
    assertThat(tokens[0]).isNotEqualTo(tokens[1]);
  }

  /** The engine, but whatever source it is given it reads another. */
  private static Engine readingFrom(TensorSource source, Engine engine) {
    return (Engine)
        Proxy.newProxyInstance(
            Engine.class.getClassLoader(),
            new Class<?>[] {Engine.class},
            (proxy, method, arguments) -> {
              Object[] changed = arguments == null ? new Object[0] : arguments.clone();
              for (int i = 0; i < changed.length; i++) {
                changed[i] = changed[i] instanceof TensorSource ? source : changed[i];
              }
              try {
                return method.invoke(engine, changed);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }
}
