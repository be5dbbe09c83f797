package org.joulemark.benchmarks.work;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds a work up, by the maker's figures of an H200: 4.8 TB/s, 60 MB of cache. */
class CeilingTest {
  private static final double BYTES_PER_SECOND = 4.8e12;
  private static final double CACHE_BYTES = 60e6;

  @ParameterizedTest
  @CsvSource({
    // One token through a layer of Qwen2.5-7B: in FP16, in INT8, in four bits.
    "0.47e9, 989.5e12, 466e6, MEMORY",
    "0.47e9, 1979e12, 233e6, MEMORY",
    "0.47e9, 989.5e12, 117e6, CACHE",
    // 8192 cubed in FP16; 16 tokens through gate and up.
    "1.1e12, 989.5e12, 403e6, ARITHMETIC",
    "4.3e9, 989.5e12, 273e6, MEMORY",
    // No such precision among the maker's figures, and no figures at all.
    "1, NaN, 466e6, ARITHMETIC",
    "NaN, 989.5e12, 466e6, ARITHMETIC"
  })
  void theLongerOfMovingAndMultiplying(
      double flops, double opsPerSecond, double bytes, Ceiling.Bound expected) {
    assertThat(Ceiling.bound(flops / opsPerSecond, bytes / BYTES_PER_SECOND, bytes / CACHE_BYTES))
        .isEqualTo(expected);
  }
}
