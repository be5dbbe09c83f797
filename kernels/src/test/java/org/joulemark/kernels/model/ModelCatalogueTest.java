package org.joulemark.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelCatalogueTest {
  private final ModelCatalogue catalogue = ModelCatalogue.standard();

  // Counted by hand from the checkpoints' tensors; the totals are those that the model cards state.
  @ParameterizedTest
  @CsvSource({
    "qwen2.5-7b, 233057792, 7615616512, 57344",
    "deepseek-r1-distill-qwen-7b, 233057792, 7615616512, 57344",
    "mistral-7b-v0.2, 218112000, 7241732096, 131072",
    "neural-chat-7b, 218112000, 7241732096, 131072",
    "bloomz-7b1, 201379840, 7069016064, 491520",
    "yi-6b, 173023232, 6061035520, 65536"
  })
  void countsParametersAndCacheOfTheStudysModels(
      String id, long perLayer, long total, long kvBytes) {
    ModelShape model = catalogue.get(id);
    assertThat(model.parametersPerLayer()).isEqualTo(perLayer);
    assertThat(model.parameters()).isEqualTo(total);
    assertThat(model.kvBytesPerToken(2)).isEqualTo(kvBytes);
    assertThat(model.study()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "llama-2-13b, 13015864320",
    "llama-3.1-70b, 70553706496",
    "qwen2.5-72b, 72706203648",
    "mixtral-8x7b, 46702792704"
  })
  void countsParametersOfLargerModels(String id, long total) {
    assertThat(catalogue.get(id).parameters()).isEqualTo(total);
  }

  @Test
  void mixtralSpendsOnlyItsActiveExperts() {
    ModelShape mixtral = catalogue.get("mixtral-8x7b");
    // 12.9 billion active parameters, as its paper states; two operations each.
    assertThat(mixtral.linearFlopsPerToken() / 2e9).isBetween(12.5, 13.0);
  }

  @Test
  void linearLayersCoverEveryWeightOfADenseLayer() {
    for (ModelShape model : catalogue.models()) {
      if (model.experts() == 1) {
        long weights =
            model.linearLayers().stream()
                .mapToLong(layer -> (long) layer.outFeatures() * layer.inFeatures())
                .sum();
        long rest = model.parametersPerLayer() - weights;
        assertThat(rest).as(model.id() + ": norms and biases").isBetween(0L, weights / 1000);
      }
    }
  }

  @Test
  void unknownModelNamesTheKnownOnes() {
    assertThatThrownBy(() -> catalogue.get("gpt-9"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gpt-9")
        .hasMessageContaining("yi-6b");
  }
}
