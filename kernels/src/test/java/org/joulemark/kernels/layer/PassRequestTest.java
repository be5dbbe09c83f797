package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;

import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.junit.jupiter.api.Test;

class PassRequestTest {
  @Test
  void theLargestTensorIsTheLogitsOrTheStreamAndCountsBeyondInts() {
    ModelShape large = ModelCatalogue.standard().get("llama-3.1-70b");
    assertThat(PassRequest.LAST_LOGITS.largestTensor(large, 8, 32_768)).isEqualTo(8 * 128_256);
    assertThat(PassRequest.ALL_LOGITS.largestTensor(large, 8, 32_768))
        .isEqualTo(8L * 32_768 * 128_256);
    assertThat(PassRequest.EVERYTHING.largestTensor(large, 8, 32_768))
        .isEqualTo(8L * 32_768 * 128_256);
    // A vocabulary of 97.
    ModelShape small = TestShapes.gated("llama", 4, 2, 32, 0);
    assertThat(PassRequest.ALL_LOGITS.largestTensor(small, 2, 3)).isEqualTo(2 * 3 * 97);
    assertThat(PassRequest.EVERYTHING.largestTensor(small, 2, 3)).isEqualTo(2 * 3 * 128);
  }
}
