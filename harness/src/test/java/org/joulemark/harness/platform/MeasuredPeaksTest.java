package org.joulemark.harness.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuredPeaksTest {
  @TempDir Path folder;

  @Test
  void keepsTheBestOfEachGpuAndPrecision() throws IOException {
    Path file = folder.resolve("deep/peaks.json");
    assertThat(new MeasuredPeaks(file).record("GPU-1", "FP16", 7e14)).isEqualTo(7e14);
    assertThat(new MeasuredPeaks(file).record("GPU-1", "FP16", 6e14)).isEqualTo(7e14);
    assertThat(new MeasuredPeaks(file).record("GPU-1", "FP16", 8e14)).isEqualTo(8e14);
    assertThat(new MeasuredPeaks(file).record("GPU-1", "INT8", 1e14)).isEqualTo(1e14);
    assertThat(new MeasuredPeaks(file).record("GPU-2", "FP16", 2e14)).isEqualTo(2e14);
    assertThat(new MeasuredPeaks(file).record("GPU-1", "FP16", 1)).isEqualTo(8e14);
  }

  @Test
  void askingForTheBestRecordsNothing() throws IOException {
    Path file = folder.resolve("peaks.json");
    assertThat(new MeasuredPeaks(file).best("GPU-1", "FP16")).isNaN();
    assertThat(file).doesNotExist();
    new MeasuredPeaks(file).record("GPU-1", "FP16", 7e14);
    assertThat(new MeasuredPeaks(file).best("GPU-1", "FP16")).isEqualTo(7e14);
    assertThat(new MeasuredPeaks(file).best("GPU-1", "INT8")).isNaN();
  }

  @Test
  void forgetsOnlyWhatIsMoreThanItCanBe() throws IOException {
    MeasuredPeaks peaks = new MeasuredPeaks(folder.resolve("peaks.json"));
    assertThat(peaks.forgetAbove("GPU-1", "FP16", 1e15)).isFalse();
    peaks.record("GPU-1", "FP16", 1.4e15);
    peaks.record("GPU-1", "INT8", 1.4e15);
    assertThat(peaks.forgetAbove("GPU-1", "FP16", Double.NaN)).isFalse();
    assertThat(peaks.forgetAbove("GPU-1", "FP16", 1.4e15)).isFalse();
    assertThat(peaks.forgetAbove("GPU-1", "FP16", 1e15)).isTrue();
    assertThat(peaks.best("GPU-1", "FP16")).isNaN();
    assertThat(peaks.best("GPU-1", "INT8")).isEqualTo(1.4e15);
  }

  @Test
  void aBrokenFileIsAnErrorAndStays() throws IOException {
    Path file = Files.writeString(folder.resolve("peaks.json"), "{\"GPU-1\":");
    assertThatThrownBy(() -> new MeasuredPeaks(file).record("GPU-1", "FP16", 1))
        .isInstanceOf(IOException.class);
    assertThat(file).hasContent("{\"GPU-1\":");
  }
}
