package org.joulemark.harness.energy.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.joulemark.harness.Undisturbed.undisturbed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.WindowResult;
import org.joulemark.harness.metrics.Metric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The binding and everything above it, on a library of our own that follows a script. */
class GpuWindowsTest {
  private static final Percentage ONE_PERCENT = Percentage.withPercentage(1);

  /** Longer than anything takes, however crowded the machine is. */
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final Path folder;

  GpuWindowsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static GpuWindows.Settings settings(GpuMethod method, Path library) {
    return new GpuWindows.Settings(method, Double.NaN, library.toString(), null);
  }

  private static GpuWindows counter(Path library) {
    return GpuWindows.open(settings(GpuMethod.COUNTER, library), List.of("GPU-fake-0"));
  }

  /** Units that take a millisecond each, so that a unit's energy is a thousandth of the power. */
  private static long millis() {
    return System.nanoTime() / 1_000_000;
  }

  private static WindowResult work(EnergyWindow window, double seconds)
      throws InterruptedException {
    window.open(GpuWindowsTest::millis);
    Thread.sleep(Math.round(seconds * 1000));
    WindowResult result = window.read();
    return result;
  }

  /** Works until the result has that status; a test's assertions say whether it ever came. */
  private static WindowResult readUntil(EnergyWindow window, EnergyStatus status)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    WindowResult result = window.read();
    while (result.status() != status && System.nanoTime() < deadline) {
      Thread.sleep(20);
      result = window.read();
    }
    return result;
  }

  /** The result of a window in the middle of which that happened. */
  private static WindowResult disturbedBy(
      String event, Path library, EnergyWindow window, EnergyStatus status)
      throws InterruptedException {
    window.open(GpuWindowsTest::millis);
    Thread.sleep(300);
    FakeNvml.happens(library, event);
    return readUntil(window, status);
  }

  private static double detail(EnergyWindow window, String name) {
    return window.details().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Metric::value)
        .findFirst()
        .orElseThrow();
  }

  private static void assertFault(WindowResult result, EnergyStatus status, String sentence) {
    assertThat(result.reason()).contains(sentence);
    assertThat(result.status()).isEqualTo(status);
    assertThat(result.energyJoules()).isNaN();
    assertThat(result.uncertaintyJoules()).isNaN();
  }

  private static void assertNotOpened(
      GpuMethod method, Path library, EnergyStatus status, String sentence) {
    assertThatThrownBy(() -> GpuWindows.open(settings(method, library), List.of("GPU-fake-0")))
        .isInstanceOfSatisfying(
            EnergyException.class, e -> assertThat(e.status()).isEqualTo(status))
        .hasMessageContaining(sentence);
  }

  // Quicker readings, back to back, keep a core busy, and a crowded machine takes it away for
  // longer than a tick: EdgePlanTest and TickCalibrationTest have those, in a time of their own.
  @ParameterizedTest
  @CsvSource({"10,1", "10,5", "20,5", "100,0.5", "100,5", "50,3"})
  void energyPerUnitIsRightWhateverTheTick(double tick, double latency) throws Exception {
    Path library = FakeNvml.build("watts 300", "tick_ms " + tick, "latency_ms " + latency);
    undisturbed(
        () -> {
          try (GpuWindows window = counter(library)) {
            assertThat(window.meter().kind()).isEqualTo(EnergyKind.MEASURED);
            assertThat(window.meter().tickSeconds())
                .isCloseTo(tick * 1e-3, Percentage.withPercentage(15));
            WindowResult result = work(window, 1.2);
            assertThat(result.reason()).isEmpty();
            assertThat(result.energyJoules() / result.units()).isCloseTo(0.3, ONE_PERCENT);
            assertThat(result.timeSeconds()).isBetween(0.5, 1.2);
            assertThat(result.relativeUncertainty()).isBetween(1e-6, 0.01);
            window.end();
          }
        });
  }

  @Test
  void whatWasBeforeTheWindowDoesNotLeakIn() throws Exception {
    Path library = FakeNvml.build("watts 90");
    try (GpuWindows window = counter(library)) {
      for (int i = 0; i < 5; i++) {
        undisturbed(
            () -> {
              FakeNvml.draw(library, 300);
              WindowResult result = work(window, 0.75);
              FakeNvml.draw(library, 90);
              window.end();
              // A counter read at both ends would be off by up to 0.1 s · 210 W of 225 J.
              assertThat(result.energyJoules() / result.units()).isCloseTo(0.3, ONE_PERCENT);
            });
        Thread.sleep(130);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"37,1", "113,1", "2.5,8", "0.01,1"})
  void longUnitsAndBurstsCountWithTheirFractions(double unitMillis, long burst) throws Exception {
    Path library = FakeNvml.build();
    undisturbed(
        () -> {
          try (GpuWindows window = counter(library)) {
            long origin = System.nanoTime();
            // Units that are known to be done only when a whole burst of them is.
            window.open(
                () -> burst * (long) ((System.nanoTime() - origin) / (unitMillis * 1e6 * burst)));
            Thread.sleep(1500);
            WindowResult result = window.read();
            assertThat(result.energyJoules() / result.units())
                .isCloseTo(0.3 * unitMillis, Percentage.withPercentage(1.5));
          }
        });
  }

  @Test
  void lengtheningTheWindowSharpensIt() throws Exception {
    Path library = FakeNvml.build();
    undisturbed(
        () -> {
          try (GpuWindows window = counter(library)) {
            double early = work(window, 0.8).relativeUncertainty();
            Thread.sleep(1600);
            WindowResult late = window.read();
            assertThat(late.relativeUncertainty()).isLessThan(early * 0.6);
            assertThat(late.energyJoules() / late.units()).isCloseTo(0.3, ONE_PERCENT);
          }
        });
  }

  @Test
  void detailsStandBesideTheFigure() throws Exception {
    Path library =
        FakeNvml.build("watts 400", "power_factor 1.1", "throttle 0.25", "clocks 1410 1980");
    undisturbed(
        () -> {
          try (GpuWindows window = counter(library)) {
            assertThat(work(window, 1.6).ok()).isTrue();
            assertThat(detail(window, "power.peak")).isCloseTo(440, within(0.01));
            // The sensor's readings disagree with the counter by a tenth, and the result says so.
            assertThat(detail(window, "power.agreement")).isCloseTo(1.1, ONE_PERCENT);
            assertThat(detail(window, "clock.sm")).isBetween(1420.0, 1970.0);
            assertThat(detail(window, "clock.sm.min")).isEqualTo(1410);
            assertThat(detail(window, "clock.memory")).isEqualTo(2619);
            assertThat(detail(window, "temperature.start")).isEqualTo(60);
            assertThat(detail(window, "temperature.end")).isEqualTo(60);
            assertThat(detail(window, "throttle.power")).isCloseTo(0.25, within(0.01));
            assertThat(detail(window, "throttle.thermal")).isZero();
            assertThat(detail(window, "throttle.thermal.hardware")).isNaN();
            assertThat(window.remarks().get("gpu.clocks")).contains("between 1410 and 1980 MHz");
            assertThat(window.remarks().get("gpu.throttle")).contains("software power cap in 25");
            assertThat(window.remarks().get("energy.tick")).matches("0\\.(09|10)\\d\\d s");
          }
        });
  }

  @Test
  void tooShort() throws Exception {
    Path library = FakeNvml.build();
    undisturbed(
        () -> {
          try (GpuWindows window = counter(library)) {
            assertFault(
                work(window, 0.25), EnergyStatus.TOO_SHORT, "let an iteration last at least 0.6");
          }
        });
  }

  @Test
  void reset() throws Exception {
    Path library = FakeNvml.build();
    try (GpuWindows window = counter(library)) {
      WindowResult result = disturbedBy("reset_at", library, window, EnergyStatus.RESET);
      assertFault(result, EnergyStatus.RESET, "went back");
    }
  }

  @Test
  void stuckInTheMiddle() throws Exception {
    Path library = FakeNvml.build();
    try (GpuWindows window = counter(library)) {
      WindowResult result = disturbedBy("stuck_at", library, window, EnergyStatus.STUCK);
      assertFault(result, EnergyStatus.STUCK, "did not move");
    }
  }

  @Test
  void stuckFromTheBeginning() throws Exception {
    assertNotOpened(
        GpuMethod.COUNTER,
        FakeNvml.build("stuck_at 0"),
        EnergyStatus.STUCK,
        "did not move in 1.5 s");
  }

  @Test
  void lostInTheMiddle() throws Exception {
    Path library = FakeNvml.build();
    try (GpuWindows window = counter(library)) {
      WindowResult result = disturbedBy("lost_at", library, window, EnergyStatus.LOST);
      assertFault(result, EnergyStatus.LOST, "GPU is lost");
    }
  }

  @Test
  void lostBeforeTheBeginning() throws Exception {
    assertNotOpened(
        GpuMethod.COUNTER, FakeNvml.build("lost_at 0"), EnergyStatus.LOST, "answered 15");
  }

  @Test
  void counterNotSupported() throws Exception {
    assertNotOpened(
        GpuMethod.COUNTER,
        FakeNvml.build("energy 3"),
        EnergyStatus.UNSUPPORTED,
        "nvmlDeviceGetTotalEnergyConsumption answered 3 (Not Supported)");
  }

  @Test
  void powerNotSupported() throws Exception {
    Path library = FakeNvml.build("power 3");
    for (GpuMethod method : List.of(GpuMethod.INSTANT, GpuMethod.AVERAGE, GpuMethod.STUDY)) {
      assertNotOpened(method, library, EnergyStatus.UNSUPPORTED, "Not Supported");
    }
    undisturbed(
        () -> {
          try (GpuWindows window = counter(library)) {
            assertThat(work(window, 0.9).ok()).isTrue();
            assertThat(detail(window, "power.agreement")).isNaN();
            assertThat(detail(window, "power.peak")).isNaN();
          }
        });
  }

  @Test
  void missingSymbols() throws Exception {
    Path library = FakeNvml.buildOld();
    assertNotOpened(
        GpuMethod.COUNTER,
        library,
        EnergyStatus.UNSUPPORTED,
        "nvmlDeviceGetTotalEnergyConsumption answered 13 (Function Not Found)");
    assertNotOpened(
        GpuMethod.INSTANT, library, EnergyStatus.UNSUPPORTED, "nvmlDeviceGetFieldValues");
    // What the old library has still works: power, clocks, temperature.
    GpuWindows.Settings study = settings(GpuMethod.STUDY, library);
    undisturbed(
        () -> {
          try (GpuWindows window = GpuWindows.open(study, List.of("GPU-fake-0"))) {
            WindowResult result = work(window, 3.5);
            assertThat(result.energyJoules()).isCloseTo(1200, within(1e-6));
            assertThat(detail(window, "clock.sm")).isEqualTo(1980);
            assertThat(detail(window, "throttle.power")).isNaN();
          }
        });
  }

  @Test
  void noLibraryAndNoDriver() throws Exception {
    assertNotOpened(
        GpuMethod.COUNTER,
        folder.resolve("nowhere.so"),
        EnergyStatus.UNSUPPORTED,
        "NVML is not on this host");
    assertNotOpened(
        GpuMethod.COUNTER,
        FakeNvml.build("init 9"),
        EnergyStatus.UNSUPPORTED,
        "nvmlInit_v2 answered 9 (Driver Not Loaded)");
  }

  @Test
  void anUnknownGpuIsNamedWithThoseThatThereAre() throws Exception {
    Path library = FakeNvml.build("devices 2");
    assertThatThrownBy(
            () -> GpuWindows.open(settings(GpuMethod.COUNTER, library), List.of("GPU-other")))
        .hasMessageContaining("no GPU GPU-other")
        .hasMessageContaining("GPU-fake-0, GPU-fake-1");
    assertThatThrownBy(() -> GpuWindows.open(settings(GpuMethod.COUNTER, library), List.of("2")))
        .hasMessageContaining("no GPU 2");
  }

  @Test
  void aSplitGpuHasNoFigureOfItsOwn() throws Exception {
    Path library = FakeNvml.build("mig 1");
    for (GpuMethod method : GpuMethod.values()) {
      assertNotOpened(method, library, EnergyStatus.MIG_SHARED, "every instance");
    }
    assertThatThrownBy(
            () -> GpuWindows.open(settings(GpuMethod.COUNTER, library), List.of("MIG-abc")))
        .hasMessageContaining("instance of a split GPU");
  }

  @Test
  void aModulesCounterIsNotTheGpus() throws Exception {
    Path library = FakeNvml.build("name NVIDIA GH200 480GB");
    assertNotOpened(GpuMethod.COUNTER, library, EnergyStatus.MODULE_SCOPE, "covers the module");
    undisturbed(
        () -> {
          try (GpuWindows window =
              GpuWindows.open(settings(GpuMethod.INSTANT, library), List.of("0"))) {
            assertThat(work(window, 0.8).ok()).isTrue();
          }
        });
  }

  @Test
  void anotherProcessSpoilsTheFigure() throws Exception {
    Path library = FakeNvml.build();
    try (GpuWindows window = counter(library)) {
      undisturbed(() -> assertThat(work(window, 0.8).reason()).isEmpty());
      WindowResult later = disturbedBy("foreign_at", library, window, EnergyStatus.FOREIGN_LOAD);
      assertFault(later, EnergyStatus.FOREIGN_LOAD, "4242000");
    }
  }

  @Test
  void inAContainerThisProcessHasAnotherNumber() throws Exception {
    Path library = FakeNvml.build("own_pid 7654321");
    try (GpuWindows window = counter(library)) {
      undisturbed(() -> assertThat(work(window, 0.8).reason()).isEmpty());
      WindowResult later = disturbedBy("foreign_at", library, window, EnergyStatus.FOREIGN_LOAD);
      assertFault(later, EnergyStatus.FOREIGN_LOAD, "4242000");
      assertThat(later.reason()).doesNotContain("7654321");
    }
  }

  private static List<String> names(List<Metric> details) {
    return details.stream().map(Metric::name).toList();
  }

  @ParameterizedTest
  @CsvSource({"2", "8"})
  void severalGpusAreSummedAndShownEach(int count) throws Exception {
    String[] script = new String[count + 1];
    script[0] = "devices " + count;
    for (int i = 0; i < count; i++) {
      script[i + 1] = i + ".watts " + (100 + 50 * i);
    }
    double watts = count * (100 + 25 * (count - 1));
    GpuWindows.Settings settings = settings(GpuMethod.COUNTER, FakeNvml.build(script));
    undisturbed(
        () -> {
          try (GpuWindows window = GpuWindows.open(settings, List.of("all"))) {
            WindowResult result = work(window, 1.5);
            assertThat(result.reason()).isEmpty();
            assertThat(result.energyJoules() / result.units()).isCloseTo(watts * 1e-3, ONE_PERCENT);
            assertThat(detail(window, "gpu0.energy")).isCloseTo(0.1, ONE_PERCENT);
            assertThat(detail(window, "gpu1.energy")).isCloseTo(0.15, ONE_PERCENT);
            assertThat(detail(window, "gpu1.power")).isCloseTo(150, ONE_PERCENT);
            assertThat(detail(window, "gpu" + (count - 1) + ".clock.sm")).isEqualTo(1980);
            assertThat(window.remarks()).containsEntry("gpu1.device", "GPU-fake-1");
            assertThat(names(window.details()))
                .isEqualTo(names(GpuWindows.absentDetails(count, false)));
            window.takeIdleBaseline();
            assertThat(names(window.details()))
                .isEqualTo(names(GpuWindows.absentDetails(count, true)));
            assertThat(detail(window, "gpu1.idle.power")).isCloseTo(150, ONE_PERCENT);
          }
        });
  }

  @Test
  void oneLostGpuOfTwoSpoilsTheSum() throws Exception {
    Path library = FakeNvml.build("devices 2");
    GpuWindows.Settings settings = settings(GpuMethod.COUNTER, library);
    try (GpuWindows window = GpuWindows.open(settings, List.of("0", "1"))) {
      WindowResult result = disturbedBy("1.lost_at", library, window, EnergyStatus.LOST);
      assertFault(result, EnergyStatus.LOST, "GPU is lost");
    }
  }

  @ParameterizedTest
  @CsvSource({"INSTANT,0.8", "SAMPLES,0.8", "AVERAGE,2"})
  void integratedPower(GpuMethod method, double seconds) throws Exception {
    Path library = FakeNvml.build("watts 250");
    undisturbed(
        () -> {
          try (GpuWindows window =
              GpuWindows.open(settings(method, library), List.of("GPU-fake-0"))) {
            assertThat(window.meter().kind()).isEqualTo(EnergyKind.INTEGRATED);
            WindowResult result = work(window, seconds);
            assertThat(result.reason()).isEmpty();
            assertThat(result.energyJoules() / result.units()).isCloseTo(0.25, ONE_PERCENT);
          }
        });
  }

  @Test
  void aSecondsMeanNeedsMoreThanASecond() throws Exception {
    Path library = FakeNvml.build();
    undisturbed(
        () -> {
          try (GpuWindows window =
              GpuWindows.open(settings(GpuMethod.AVERAGE, library), List.of("0"))) {
            assertFault(work(window, 0.9), EnergyStatus.TOO_SHORT, "an iteration last at least 1.");
          }
        });
  }

  @Test
  void theStudysMethodCountsWholeSeconds() throws Exception {
    Path library = FakeNvml.build("watts 100");
    undisturbed(
        () -> {
          try (GpuWindows window =
              GpuWindows.open(settings(GpuMethod.STUDY, library), List.of("0"))) {
            // Readings at 0, 1, 2 and 3 s count for four seconds of a work that took 3.3.
            WindowResult result = work(window, 3.3);
            assertThat(result.energyJoules()).isCloseTo(400, within(1e-6));
            assertThat(result.energyJoules() / result.units()).isBetween(0.115, 0.122);
            // One second of a second's work tells nothing, and says so.
            window.end();
            assertFault(work(window, 0.5), EnergyStatus.TOO_SHORT, "0.");
          }
        });
  }

  @Test
  void theTraceHasEveryLookOfEveryWindow() throws Exception {
    Path trace = folder.resolve("trace.csv");
    Path library = FakeNvml.build("watts 123", "throttle 0.5");
    GpuWindows.Settings settings =
        new GpuWindows.Settings(GpuMethod.COUNTER, 20, library.toString(), trace);
    int[] looks = new int[2];
    try (GpuWindows window = GpuWindows.open(settings, List.of("0"))) {
      for (int i = 0; i < looks.length; i++) {
        int before = FakeNvml.looks(library, 0);
        window.open(GpuWindowsTest::millis);
        Thread.sleep(300);
        // With a figure, there are looks on both sides of the window's ends and within it.
        assertThat(readUntil(window, EnergyStatus.OK).reason()).isEmpty();
        window.end();
        looks[i] = FakeNvml.looks(library, 0) - before;
      }
    }
    List<String> lines = Files.readAllLines(trace);
    assertThat(lines.get(0)).isEqualTo(TraceFile.HEADER);
    assertThat(lines.subList(1, lines.size()))
        .hasSize(looks[0] + looks[1])
        .allMatch(line -> line.endsWith(",123.0,1980.0,2619.0,60.0,97.0,0x4"))
        .anyMatch(line -> line.contains(",1,GPU-fake-0,1,"))
        .anyMatch(line -> line.contains(",2,GPU-fake-0,1,"));
    for (int i = 0; i < looks.length; i++) {
      String number = "," + (i + 1) + ",GPU-fake-0,";
      assertThat(lines).filteredOn(line -> line.contains(number)).hasSize(looks[i]);
    }
  }

  @Test
  void telemetryLooksAsOftenAsAsked() throws Exception {
    Path library = FakeNvml.build();
    GpuWindows.Settings settings =
        new GpuWindows.Settings(GpuMethod.COUNTER, 20, library.toString(), null);
    try (GpuWindows window = GpuWindows.open(settings, List.of("0"))) {
      undisturbed(
          () -> {
            int before = FakeNvml.looks(library, 0);
            long begin = System.nanoTime();
            work(window, 1);
            double seconds = (System.nanoTime() - begin) * 1e-9;
            window.end();
            // Twenty a second, except close to edges: more than the five edges a second give.
            assertThat((FakeNvml.looks(library, 0) - before) / seconds).isBetween(9.0, 21.0);
          });
    }
  }

  @Test
  void anUnopenedWindowIsNoFigure() throws Exception {
    try (GpuWindows window = counter(FakeNvml.build())) {
      WindowResult result = window.read();
      assertFault(result, EnergyStatus.TOO_SHORT, "No energy window was open");
    }
  }
}
