package org.joulemark.benchmarks.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.PassRequest;
import org.joulemark.kernels.layer.ReferenceModel;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.model.Checkpoint;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelFormatException;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsTest {
  @ParameterizedTest
  @ValueSource(strings = {"tiny-qwen2", "tiny-bloom"})
  void aCheckpointGivesItsFirstLayer(String name) {
    Weights weights = Weights.of("yi-6b", GoldenFolders.path(name).toString(), "auto", 7);
    Checkpoint checkpoint = Checkpoint.open(GoldenFolders.path(name));
    assertThat(weights.shape()).isEqualTo(checkpoint.shape());
    List<TensorSpec> alone = LayerTensors.alone(checkpoint.shape()).all();
    List<TensorSpec> first = LayerTensors.of(checkpoint.shape(), 0).all();
    for (int i = 0; i < alone.size(); i++) {
      int last = alone.get(i).rows() - 1;
      assertThat(row(weights.layer(), alone.get(i), last))
          .as(alone.get(i).name())
          .isEqualTo(row(checkpoint, first.get(i), last));
    }
  }

  @Test
  void activationsAreSeededBesideACheckpointWhereThatIsAskedFor() {
    Weights weights = Weights.of("yi-6b", GoldenFolders.path("tiny-llama").toString(), "normal", 7);
    TensorSpec input = LayerProblem.prefill(weights.shape(), Precision.FP32, 2, 3).input();
    assertThat(row(weights.layer(), input, 5)).isEqualTo(row(new SeededTensors(7), input, 5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-qwen2", "tiny-bloom"})
  void aCheckpointsLayerIsGivenWhatTheModelGivesIt(String name) {
    Weights weights = Weights.of("yi-6b", GoldenFolders.path(name).toString(), "auto", 7);
    assertThat(weights.inputs()).isEqualTo("tokens");
    ModelShape shape = weights.shape();
    // Every token's embedding, as the whole model has it before its first layer.
    int[][] vocabulary = new int[1][shape.vocabulary()];
    for (int i = 0; i < shape.vocabulary(); i++) {
      vocabulary[0][i] = i;
    }
    HostTensor embedded =
        new ReferenceModel(shape, weights.model(), 1, shape.vocabulary())
            .forward(vocabulary, PassRequest.EVERYTHING)
            .hiddenStates()
            .get(0);
    TensorSpec input = LayerProblem.prefill(shape, Precision.FP32, 1, 9).input();
    List<float[]> rows =
        IntStream.range(0, 9).mapToObj(m -> row(weights.layer(), input, m)).toList();
    assertThat(rows)
        .allSatisfy(
            row ->
                assertThat(IntStream.range(0, shape.vocabulary()).mapToObj(embedded::row))
                    .anySatisfy(token -> assertThat(token).isEqualTo(row)));
    assertThat(rows.stream().map(Arrays::hashCode).distinct().count()).isGreaterThan(4);
  }

  @Test
  void tokensNeedACheckpoint() {
    assertThatThrownBy(() -> Weights.of("yi-6b", Weights.NO_CHECKPOINT, "tokens", 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("inputs=tokens")
        .hasMessageContaining("checkpoint=");
  }

  @Test
  void withoutACheckpointTheSeedGivesEverything() {
    Weights weights = Weights.of("yi-6b", Weights.NO_CHECKPOINT, "auto", 7);
    assertThat(weights.shape().id()).isEqualTo("yi-6b");
    TensorSpec query = LayerTensors.alone(weights.shape()).attentionInputs().get(0).weight();
    assertThat(row(weights.layer(), query, 3)).isEqualTo(row(new SeededTensors(7), query, 3));
  }

  @Test
  void whatIsNotThereIsRefusedByName() {
    assertThatThrownBy(() -> Weights.of("gpt-9", Weights.NO_CHECKPOINT, "auto", 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gpt-9");
    assertThatThrownBy(() -> Weights.of("yi-6b", "/nowhere", "auto", 7))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("/nowhere");
  }

  private static float[] row(TensorSource source, TensorSpec tensor, int row) {
    float[] values = new float[tensor.columns()];
    source.row(tensor, row, values);
    return values;
  }
}
