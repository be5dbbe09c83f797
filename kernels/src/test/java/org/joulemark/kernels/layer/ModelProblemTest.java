package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;

class ModelProblemTest {
  private static final ModelShape QWEN = ModelCatalogue.standard().get("qwen2.5-7b");

  @Test
  void aDecodedTokenReadsEveryWeightButTheEmbeddingOnce() {
    ModelProblem problem = new ModelProblem(QWEN, Precision.FP16, 1, 1025);
    double embedding = 2.0 * 152_064 * 3584;
    double weights = problem.weightBytes() - embedding + 2.0 * 3584;
    // 1024 positions read, one written: 28 layers × 4 heads × 128 × (key, value) × 2 bytes.
    double cache = 1025 * 28 * 4 * 128 * 2 * 2.0;
    assertThat(problem.compulsoryBytes(1024, 1)).isEqualTo(weights + cache);
  }

  @Test
  void aWindowBoundsWhatIsReadOfTheContext() {
    ModelShape shape = TestShapes.gated("mistral", 4, 2, 16, 8);
    ModelProblem problem = new ModelProblem(shape, Precision.FP32, 3, 100);
    assertThat(problem.compulsoryBytes(50, 1)).isEqualTo(problem.compulsoryBytes(7, 1));
    assertThat(problem.compulsoryBytes(6, 1)).isLessThan(problem.compulsoryBytes(7, 1));
  }

  @Test
  void theFirstLayersAreTheModelWithFewer() {
    ModelShape two = QWEN.firstLayers(2);
    assertThat(two.layers()).isEqualTo(2);
    assertThat(QWEN.parameters() - two.parameters()).isEqualTo(26 * QWEN.parametersPerLayer());
    assertThat(QWEN.firstLayers(28)).isEqualTo(QWEN);
    assertThatThrownBy(() -> QWEN.firstLayers(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> QWEN.firstLayers(29)).isInstanceOf(IllegalArgumentException.class);
  }
}
