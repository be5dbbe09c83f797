package org.joulemark.reports.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.joulemark.reports.compare.RunFiles.around;
import static org.joulemark.reports.compare.RunFiles.gpu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.joulemark.reports.compare.RunFiles;
import org.joulemark.reports.result.ResultLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the columns of a report say of a row. */
class ReportTableTest {
  private static final Map<String, String> CUDA = Map.of("engine", "cuda");

  @TempDir Path folder;

  @Test
  void rowsOfSeveralDevicesInOneFileKeepTheirOwn() throws IOException {
    new RunFiles(folder)
        .row(CUDA, around(200), around(0.15))
        .on(gpu())
        .row(CUDA, around(400), around(0.2))
        .on(gpu("device.name", "NVIDIA A100", "device.uuid", "GPU-2"))
        .row(Map.of("engine", "cpu"), around(900), around(0.3))
        .change(line -> line.withObject("/notes").put("engine.device.name", "Xeon"))
        .row(CUDA, around(500), around(0.2))
        .write(gpu("device.name", "NVIDIA A100", "device.uuid", "GPU-2"));
    assertThat(ReportTable.of(ResultLoader.load(List.of(folder))).rows())
        .extracting(row -> row.hardware().name())
        .containsExactly("NVIDIA H200", "NVIDIA A100", "Xeon, 2 processors", "NVIDIA A100");
  }
}
