package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PassVerifierTest {
  private static final PassTolerance FP32 = PassTolerance.of(Precision.FP32);
  private final ModelShape shape = TestShapes.gated("qwen2", 4, 2, 8, 0);
  private final int[][] tokens = {{1, 2, 3, 4, 5, 6}, {9, 8, 7, 6, 5, 4}};
  private final ExpectedPass expected = ExpectedPass.from(reference(), tokens, 2, 3, 4);

  @Test
  void theReferenceHoldsAgainstItself() {
    List<TensorComparison> rows = PassVerifier.verify(reference(), expected, FP32);
    assertThat(rows)
        .extracting(TensorComparison::name)
        .containsExactly(
            "hidden_states.0",
            "hidden_states.1",
            "hidden_states.2",
            "logits",
            "decode_logits",
            "decode_logits/prefill",
            "greedy");
    assertThat(rows).allMatch(TensorComparison::passed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llm-int8/2.2", "dynamic/1/3.2"})
  void aTokenAloneMayBeTreatedOtherwiseThanAmongOthersWhereTheStrategySaysSo(String id) {
    ModelProblem problem = new ModelProblem(shape, Strategies.parse(id), List.of(), 2, 12);
    ExpectedPass defined =
        ExpectedPass.from(new ReferenceModel(problem, new SeededTensors(1)), tokens, 2, 3, 4);
    // It is: the two ways of reading the last tokens differ by far more than FP32's tolerance.
    assertThat(defined.decodeLogits().row(0)).isNotEqualTo(defined.logits().row(4));
    assertThat(
            PassVerifier.verify(new ReferenceModel(problem, new SeededTensors(1)), defined, FP32))
        .allMatch(TensorComparison::passed);
    // But whatever else differs between the two is found.
    List<TensorComparison> rows =
        PassVerifier.verify(
            new Spoiled(new ReferenceModel(problem, new SeededTensors(1))) {
              @Override
              void spoil(PassOutput output) {
                if (output.logits().dimensions().get(1) == 1) {
                  output.logits().values()[7] += 0.01f;
                }
              }
            },
            defined,
            FP32);
    assertThat(rows.get(5).name()).isEqualTo("decode_logits/prefill");
    assertThat(rows.get(5).passed()).isFalse();
    assertThat(rows.get(5).worstIndex()).endsWith(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym", "int8-asym", "fp8", "w4a16"})
  void decodingThatDoesNotQuantizeIsFoundWhereReadingAPromptDoes(String id) {
    ModelShape wide = TestShapes.gated("qwen2", 4, 2, 32, 0);
    TensorSource source = new SeededTensors(1);
    ModelProblem problem = new ModelProblem(wide, Strategies.parse(id), List.of(), 2, 12);
    ExpectedPass defined = ExpectedPass.from(new ReferenceModel(problem, source), tokens, 2, 3, 4);
    assertThat(
            PassVerifier.verify(new ReferenceModel(problem, source), problem, source, defined)
                .definition())
        .hasSize(wide.layers() + 7)
        .allMatch(TensorComparison::passed);
    ModelPass prefillOnly =
        new Spoiled(new ReferenceModel(problem, source)) {
          private final ReferenceModel plain = new ReferenceModel(wide, source, 2, 12);

          @Override
          public PassOutput forward(int[][] read, PassRequest request) {
            PassOutput unquantized = plain.forward(read, request);
            PassOutput quantized = super.forward(read, request);
            return read[0].length == 1 ? unquantized : quantized;
          }

          @Override
          void spoil(PassOutput output) {}

          @Override
          public void reset() {
            super.reset();
            plain.reset();
          }
        };
    assertThat(PassVerifier.verify(prefillOnly, problem, source, defined).definition())
        .filteredOn(row -> row.name().endsWith("/displacement"))
        .extracting(TensorComparison::name, TensorComparison::passed)
        .containsExactly(
            tuple("logits/displacement", true), tuple("decode_logits/displacement", false));
  }

  @Test
  void aBoundThatZerosWouldMeetIsRefused() {
    ModelProblem problem = new ModelProblem(shape, Strategies.parse("int8-sym"), List.of(), 2, 12);
    PassVerifier.requireBound(problem, new PassTolerance(0.99, false));
    assertThatThrownBy(() -> PassVerifier.requireBound(problem, new PassTolerance(1, false)))
        .isInstanceOf(UnverifiableException.class)
        .hasMessageContaining("int8-sym")
        .hasMessageContaining("take another strategy");
    assertThatThrownBy(
            () -> PassVerifier.requireBound(problem, new PassTolerance(Double.NaN, false)))
        .isInstanceOf(UnverifiableException.class);
  }

  @Test
  void oneWrongLogitIsFoundWhereItIs() {
    List<TensorComparison> rows =
        PassVerifier.verify(
            new Spoiled(reference()) {
              @Override
              void spoil(PassOutput output) {
                if (output.logits().dimensions().get(1) == 6) {
                  output.logits().values()[(6 + 2) * 97 + 13] += 0.5f;
                }
              }
            },
            expected,
            FP32);
    TensorComparison logits = rows.get(3);
    assertThat(logits.passed()).isFalse();
    assertThat(logits.worstIndex()).containsExactly(1, 2, 13);
    assertThat(logits.maxAbsolute()).isBetween(0.49, 0.51);
    assertThat(rows.get(4).passed()).isTrue();
    assertThat(rows.get(5).passed()).isTrue();
  }

  @Test
  void anotherGreedyTokenIsFound() {
    List<TensorComparison> rows =
        PassVerifier.verify(
            new Spoiled(reference()) {
              @Override
              void spoil(PassOutput output) {
                if (position() == 4) {
                  output.logits().values()[(expected.greedy()[4] + 1) % 97] = 1000;
                }
              }
            },
            expected,
            FP32);
    TensorComparison greedy = rows.get(6);
    assertThat(greedy.passed()).isFalse();
    assertThat(greedy.worstIndex()).containsExactly(0, 4);
    assertThat(greedy.worstActual()).isEqualTo((expected.greedy()[4] + 1) % 97);
  }

  @Test
  void whatIsNotFiniteIsNeverRight() {
    List<TensorComparison> rows =
        PassVerifier.verify(
            new Spoiled(reference()) {
              @Override
              void spoil(PassOutput output) {
                output.logits().values()[0] = Float.NaN;
              }
            },
            expected,
            PassTolerance.of(Precision.BF16));
    assertThat(rows.subList(3, 7)).noneMatch(TensorComparison::passed);
  }

  @Test
  void tokensThatDoNotFitAreRefused() {
    ReferenceModel model = reference();
    assertThatThrownBy(() -> model.forward(new int[][] {{1}}, PassRequest.LAST_LOGITS))
        .hasMessageContaining("1 sequences");
    assertThatThrownBy(() -> model.forward(new int[][] {{97}, {0}}, PassRequest.LAST_LOGITS))
        .hasMessageContaining("Token 97");
    assertThatThrownBy(() -> model.forward(new int[][] {{1, 2}, {0}}, PassRequest.LAST_LOGITS))
        .hasMessageContaining("same number");
    assertThatThrownBy(() -> model.forward(new int[2][13], PassRequest.LAST_LOGITS))
        .hasMessageContaining("room");
    assertThatThrownBy(() -> model.forward(new int[2][0], PassRequest.LAST_LOGITS))
        .hasMessageContaining("room");
  }

  private ReferenceModel reference() {
    return new ReferenceModel(shape, new SeededTensors(1), 2, 12);
  }

  /** A pass whose output is changed on the way. */
  private abstract static class Spoiled implements ModelPass {
    private final ModelPass inner;

    Spoiled(ModelPass inner) {
      this.inner = inner;
    }

    abstract void spoil(PassOutput output);

    @Override
    public PassOutput forward(int[][] tokens, PassRequest request) {
      PassOutput output = inner.forward(tokens, request);
      spoil(output);
      return output;
    }

    @Override
    public ModelShape shape() {
      return inner.shape();
    }

    @Override
    public int batch() {
      return inner.batch();
    }

    @Override
    public int capacity() {
      return inner.capacity();
    }

    @Override
    public int position() {
      return inner.position();
    }

    @Override
    public void reset() {
      inner.reset();
    }
  }
}
