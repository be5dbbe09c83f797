package org.joulemark.reports.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TracesTest {
  private static final String HEADER =
      "process,window,device,in_window,seconds,power_w,sm_mhz,memory_mhz,temperature_c,"
          + "utilization_percent,clock_event_reasons\n";

  @TempDir Path folder;

  @Test
  void tellsWindowsAndDevicesApartAndLeavesOutALineThatWasCutOff() throws IOException {
    Traces traces =
        read(
            HEADER
                + "7,1,GPU-a,0,-0.1,90.5,1410,2619,40,0,0x0\n"
                + "7,1,GPU-b,1,0.1,,1410,2619,,0,0x0\n"
                + "7,1,GPU-a,1,0.1,250,1305,2619,41,100,0x4\n"
                + "7,2,GPU-a,1,0.1,2");
    assertThat(traces.refusals()).isEmpty();
    assertThat(traces.windows()).extracting(TraceWindow::device).containsExactly("GPU-a", "GPU-b");
    assertThat(traces.windows().get(0).points())
        .containsExactly(
            new TraceWindow.Point(-0.1, false, 90.5, 1410, 40),
            new TraceWindow.Point(0.1, true, 250, 1305, 41));
    assertThat(traces.windows().get(1).points().get(0).watts()).as("not offered").isNaN();
  }

  @Test
  void namesTheLineThatIsBrokenAndKeepsWhatIsBeforeIt() throws IOException {
    Traces traces =
        read(
            HEADER
                + "7,1,GPU-a,1,0.1,250,1305,2619,41,100,0x4\n"
                + "7,1,GPU-a,1,0.2,much,1305,2619,41,100,0x4\n");
    assertThat(traces.windows().get(0).points()).hasSize(1);
    assertThat(traces.refusals()).hasSize(1);
    assertThat(traces.refusals().get(0).sentence())
        .contains("trace.csv")
        .contains("line 3")
        .contains("power_w 'much'");
  }

  private Traces read(String text) throws IOException {
    return Traces.read(List.of(Files.writeString(folder.resolve("trace.csv"), text)));
  }
}
