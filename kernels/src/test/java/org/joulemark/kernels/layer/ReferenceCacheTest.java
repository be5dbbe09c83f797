package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.Test;

class ReferenceCacheTest {
  private final ModelShape shape = TestShapes.gated("qwen2", 4, 2, 4, 0);

  @Test
  void int8CodesHaveAScaleForEachTokenAndHead() {
    ReferenceCache cache = ReferenceCache.of(Strategies.parse("kv-int8"), shape, 1);
    double[] key = {127, 0.6, -1.4, 0, 1.27, 0.006, -0.014, 0};
    double[] value = {0, 0, 0, 0, -254, 2.9, 3.1, 1};
    cache.append(0, key, value);
    double[] keys = cache.key(0, 0);
    // The first head has steps of 1, the second of a hundredth, whatever the first holds.
    assertThat(keys).startsWith(127, 1, -1, 0);
    assertThat(keys[5]).isCloseTo(0.01, within(1e-4));
    assertThat(keys[6]).isCloseTo(-0.01, within(1e-4));
    assertThat(cache.value(0, 0)).containsExactly(0, 0, 0, 0, -254, 2, 4, 0);
    assertThatThrownBy(() -> cache.append(0, new double[] {0, Double.NaN, 0, 0}, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
  }

  @Test
  void otherCachesHoldNumbersAsTheyAre() {
    ReferenceCache cache = ReferenceCache.of(Strategies.parse("int8-sym"), shape, 1);
    double[] vector = {Math.PI, 1e-9, 3, 4, 5, 6, 7, 8};
    cache.append(0, vector, vector);
    assertThat(cache.key(0, 0)).isEqualTo(vector);
  }
}
