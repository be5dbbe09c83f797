package org.joulemark.benchmarks.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.joulemark.harness.platform.MeasuredPeaks;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds a work up, by an H200's figures: 4.8 TB/s, 60 MB of cache; and the best rates. */
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

  @Test
  void aKeptRateThatCannotBeIsNoCeiling(@TempDir Path folder) throws IOException {
    MeasuredPeaks peaks = new MeasuredPeaks(folder.resolve("measured-peaks.json"));
    peaks.record("GPU-1", "FP16", 1400e12);
    peaks.record("GPU-1", "INT8", 1400e12);
    EngineSession session = session(folder);
    assertThat(measured(new Ceiling(session, "FP16", 700e12, 989.5e12, false))).isNaN();
    assertThat(measured(new Ceiling(session, "FP16", 700e12, 989.5e12, true))).isEqualTo(100);
    assertThat(measured(new Ceiling(session, "INT8", 700e12, 1979e12, true))).isEqualTo(50);
    // A rate that would be forgotten again is not kept, so what others are held against stays.
    assertThat(measured(new Ceiling(session, "FP16", 1400e12, 989.5e12, true))).isEqualTo(200);
    assertThat(measured(new Ceiling(session, "FP16", 350e12, 989.5e12, false))).isEqualTo(50);
    // Where the maker states nothing, nothing is too much.
    peaks.record("GPU-1", "FP8", 1400e12);
    assertThat(measured(new Ceiling(session, "FP8", 700e12, Double.NaN, true))).isEqualTo(50);
  }

  private static double measured(Ceiling ceiling) {
    return ceiling.metrics(1).get(1).value();
  }

  private static EngineSession session(Path cache) {
    Map<String, String> facts = Map.of("cache.folder", cache.toString(), "device.uuid", "GPU-1");
    return new EngineSession(
        StandIn.of(EngineProvider.class, method -> null),
        StandIn.of(Engine.class, method -> method.equals("facts") ? facts : null));
  }
}
