package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
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
  void anInt8CacheIsReadWithItsScales() {
    Strategy int8 = Strategies.parse("kv-int8");
    // 4 heads of 128 codes and an FP32 scale, for keys and for values.
    double position = 2.0 * 4 * (128 + 4);
    ModelProblem model = new ModelProblem(QWEN, int8, List.of(), 3, 1025);
    assertThat(model.cacheBytes()).isEqualTo((long) (28 * position * 3 * 1025));
    assertThat(model.compulsoryBytes(1024, 1) - model.compulsoryBytes(0, 1))
        .isEqualTo(28 * position * 3 * 1024);
    LayerProblem at1024 = LayerProblem.decode(QWEN, int8, LayerScales.NONE, 3, 1024);
    LayerProblem at1 = LayerProblem.decode(QWEN, int8, LayerScales.NONE, 3, 1);
    assertThat(at1024.compulsoryBytes() - at1.compulsoryBytes()).isEqualTo(position * 3 * 1023);
  }

  @Test
  void inAnInt8StrategyEmbeddingAndHeadStayInItsBasePrecision() {
    ModelProblem model = new ModelProblem(QWEN, Strategies.parse("int8-sym"), List.of(), 1, 1);
    long layers = 28 * QWEN.parametersPerLayer();
    assertThat(model.weightBytes()).isEqualTo(layers + 2 * (QWEN.parameters() - layers));
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
