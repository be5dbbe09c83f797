package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.junit.jupiter.api.Test;

class PositionsTest {
  @Test
  void slopesOfAPowerOfTwoAreAGeometricSequence() {
    float[] slopes = Alibi.slopes(8);
    for (int head = 0; head < 8; head++) {
      assertThat(slopes[head]).isEqualTo((float) Math.pow(2, -(head + 1)));
    }
  }

  @Test
  void furtherHeadsTakeTheOddPowersOfTheDoubledSequence() {
    float[] slopes = Alibi.slopes(12);
    float[] doubled = Alibi.slopes(16);
    assertThat(slopes).hasSize(12);
    for (int i = 0; i < 4; i++) {
      assertThat(slopes[8 + i]).isCloseTo(doubled[2 * i], within(1e-7f));
    }
    assertThat(Alibi.slopes(1)).containsExactly((float) Math.pow(2, -8));
    assertThat(Alibi.slopes(6)).hasSize(6).doesNotContain(0f);
  }

  @Test
  void frequenciesFallFromOneToAboutOneOverTheta() {
    RotaryEmbedding rope = RotaryEmbedding.of(ModelCatalogue.standard().get("yi-6b"));
    assertThat(rope.pairs()).isEqualTo(64);
    assertThat(rope.frequency(0)).isEqualTo(1.0f);
    assertThat((double) rope.frequency(63)).isCloseTo(Math.pow(5e6, -126.0 / 128), within(1e-13));
    assertThat(rope.angle(1000, 0)).isEqualTo(1000f);
  }

  @Test
  void llamaScalingSlowsOnlyLongWavelengths() {
    ModelShape scaled = ModelCatalogue.standard().get("llama-3.1-70b");
    RotaryEmbedding rope = RotaryEmbedding.of(scaled);
    double previous = 2;
    for (int i = 0; i < rope.pairs(); i++) {
      double plain = Math.pow(5e5, -2.0 * i / 128);
      double wavelength = 2 * Math.PI / plain;
      double ratio = rope.frequency(i) / plain;
      if (wavelength < 8192 / 4.0) {
        assertThat(ratio).isCloseTo(1, within(1e-6));
      } else if (wavelength > 8192) {
        assertThat(ratio).isCloseTo(1 / 8.0, within(1e-6));
      } else {
        assertThat(ratio).isBetween(1 / 8.0, 1.0);
      }
      assertThat((double) rope.frequency(i)).isLessThan(previous);
      previous = rope.frequency(i);
    }
  }

  @Test
  void alibiModelsHaveNoRotaryEmbedding() {
    ModelShape bloom = ModelCatalogue.standard().get("bloomz-7b1");
    assertThatThrownBy(() -> RotaryEmbedding.of(bloom)).hasMessageContaining("bloomz-7b1");
  }

  @Test
  void cacheOffsetsAreContiguousInEachHead() {
    KvCacheShape shape = new KvCacheShape(3, 2, 5, 4);
    assertThat(shape.elements()).isEqualTo(120);
    assertThat(shape.bytes(2)).isEqualTo(480);
    long expected = 0;
    for (int b = 0; b < 3; b++) {
      for (int head = 0; head < 2; head++) {
        for (int p = 0; p < 5; p++) {
          assertThat(shape.offset(b, head, p)).isEqualTo(expected);
          expected += 4;
        }
      }
    }
    ModelShape yi = ModelCatalogue.standard().get("yi-6b");
    assertThat(KvCacheShape.of(yi, 1, 1).bytes(2) * yi.layers()).isEqualTo(yi.kvBytesPerToken(2));
  }
}
