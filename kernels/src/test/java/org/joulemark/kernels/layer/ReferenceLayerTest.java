package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.LinearPart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceLayerTest {
  private static final TensorSource SEEDED = new SeededTensors(3);

  static List<ModelShape> shapes() {
    List<ModelShape> shapes = new ArrayList<>();
    shapes.add(TestShapes.gated("qwen2", 6, 2, 16, 0));
    shapes.add(TestShapes.gated("mistral", 4, 1, 8, 5));
    shapes.add(TestShapes.gated("llama", 3, 3, 10, 0));
    shapes.add(TestShapes.bloom(6, 8));
    return shapes;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void anySplitOfAPromptGivesTheSame(ModelShape shape) {
    Random random = new Random(5);
    double[][] prompt = rows(2 * 13, shape.hidden());
    double[][] whole = layer(shape).forward(prompt, new ReferenceCache(2));
    for (int round = 0; round < 10; round++) {
      ReferenceCache cache = new ReferenceCache(2);
      int at = 0;
      while (at < 13) {
        int n = 1 + random.nextInt(13 - at);
        double[][] part = layer(shape).forward(slice(prompt, 13, at, n), cache);
        for (int b = 0; b < 2; b++) {
          for (int i = 0; i < n; i++) {
            assertThat(part[b * n + i]).containsExactly(whole[b * 13 + at + i], within(1e-13));
          }
        }
        at += n;
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void someTokensAreThoseOfTheWhole(ModelShape shape) {
    double[][] prompt = rows(2 * 13, shape.hidden());
    double[][] whole = layer(shape).forward(prompt, new ReferenceCache(2));
    int[] wanted = {0, 7, 12};
    double[][] some = layer(shape).forward(prompt, new ReferenceCache(2), wanted);
    for (int b = 0; b < 2; b++) {
      for (int i = 0; i < wanted.length; i++) {
        assertThat(some[b * 3 + i]).containsExactly(whole[b * 13 + wanted[i]], within(1e-13));
      }
    }
  }

  @Test
  void aWindowHidesWhatIsOlder() {
    ModelShape shape = TestShapes.gated("mistral", 4, 2, 8, 4);
    double[][] prompt = rows(9, shape.hidden());
    double[][] changed = rows(9, shape.hidden());
    for (int i = 0; i < shape.hidden(); i++) {
      changed[2][i] += 1;
    }
    double[][] before = layer(shape).forward(prompt, new ReferenceCache(1));
    double[][] after = layer(shape).forward(changed, new ReferenceCache(1));
    for (int position = 0; position < 9; position++) {
      boolean sees = position >= 2 && position < 2 + 4;
      assertThat(java.util.Arrays.equals(before[position], after[position]))
          .as("position " + position)
          .isEqualTo(!sees);
    }
  }

  /** The engines' arrangement of qkv holds the rows that the checkpoint interleaves. */
  @Test
  void bloomsRowsAreSortedForEngines() {
    ModelShape shape = TestShapes.bloom(3, 4);
    LayerTensors tensors = LayerTensors.alone(shape);
    LayerWeights weights = new LayerWeights(shape, tensors, SEEDED);
    TensorSpec fused = tensors.attentionInputs().get(0).weight();
    TensorSpec fusedBias = tensors.attentionInputs().get(0).bias().orElseThrow();
    float[] bias = new float[fusedBias.columns()];
    SEEDED.row(fusedBias, 0, bias);
    for (int which = 0; which < 3; which++) {
      for (int head = 0; head < 3; head++) {
        for (int i = 0; i < 4; i++) {
          float[] expected = new float[fused.columns()];
          float[] actual = new float[fused.columns()];
          SEEDED.row(fused, (head * 3 + which) * 4 + i, expected);
          weights.weight(LinearPart.QKV).row(which * 12 + head * 4 + i, actual);
          assertThat(actual).isEqualTo(expected);
          assertThat(weights.qkvBias()[which * 12 + head * 4 + i])
              .isEqualTo(bias[(head * 3 + which) * 4 + i]);
        }
      }
    }
  }

  private static ReferenceLayer layer(ModelShape shape) {
    return new ReferenceLayer(shape, LayerTensors.alone(shape), SEEDED);
  }

  private static double[][] rows(int count, int columns) {
    TensorSpec input = TensorSpec.input("x", count, columns);
    double[][] rows = new double[count][columns];
    float[] row = new float[columns];
    for (int m = 0; m < count; m++) {
      SEEDED.row(input, m, row);
      for (int i = 0; i < columns; i++) {
        rows[m][i] = row[i];
      }
    }
    return rows;
  }

  private static double[][] slice(double[][] rows, int tokens, int from, int count) {
    int batch = rows.length / tokens;
    double[][] slice = new double[batch * count][];
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < count; i++) {
        slice[b * count + i] = rows[b * tokens + from + i];
      }
    }
    return slice;
  }
}
