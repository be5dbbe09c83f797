package org.joulemark.harness.energy.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.jna.NativeLibrary;
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

  @ParameterizedTest
  @CsvSource({"10,0", "10,5", "20,5", "100,0", "100,5", "50,3"})
  void energyPerUnitIsRightWhateverTheTick(double tick, double latency) throws Exception {
    Path library = FakeNvml.build(folder, "watts 300", "tick_ms " + tick, "latency_ms " + latency);
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
  }

  @Test
  void whatWasBeforeTheWindowDoesNotLeakIn() throws Exception {
    Path library = FakeNvml.build(folder, "watts 90", "latency_ms 4");
    try (GpuWindows window = counter(library)) {
      for (int i = 0; i < 5; i++) {
        draw(library, 300);
        WindowResult result = work(window, 0.75);
        draw(library, 90);
        window.end();
        // A counter read at both ends would be off by up to 0.1 s · 210 W of 225 J.
        assertThat(result.energyJoules() / result.units()).isCloseTo(0.3, ONE_PERCENT);
        Thread.sleep(130);
      }
    }
  }

  private static void draw(Path library, double watts) {
    // JNA gives the instance that is loaded already.
    NativeLibrary.getInstance(library.toString())
        .getFunction("fake_draw")
        .invokeVoid(new Object[] {watts});
  }

  @ParameterizedTest
  @CsvSource({"37,1", "113,1", "2.5,8", "0.01,1"})
  void longUnitsAndBurstsCountWithTheirFractions(double unitMillis, long burst) throws Exception {
    Path library = FakeNvml.build(folder, "latency_ms 4");
    try (GpuWindows window = counter(library)) {
      long origin = System.nanoTime();
      // Units that are known to be done only when a whole burst of them is.
      window.open(() -> burst * (long) ((System.nanoTime() - origin) / (unitMillis * 1e6 * burst)));
      Thread.sleep(1500);
      WindowResult result = window.read();
      assertThat(result.energyJoules() / result.units())
          .isCloseTo(0.3 * unitMillis, Percentage.withPercentage(1.5));
    }
  }

  @Test
  void lengtheningTheWindowSharpensIt() throws Exception {
    Path library = FakeNvml.build(folder, "latency_ms 4");
    try (GpuWindows window = counter(library)) {
      double early = work(window, 0.8).relativeUncertainty();
      Thread.sleep(1600);
      WindowResult late = window.read();
      assertThat(late.relativeUncertainty()).isLessThan(early * 0.6);
      assertThat(late.energyJoules() / late.units()).isCloseTo(0.3, ONE_PERCENT);
    }
  }

  @Test
  void detailsStandBesideTheFigure() throws Exception {
    Path library =
        FakeNvml.build(
            folder,
            "watts 400",
            "latency_ms 4",
            "power_factor 1.1",
            "throttle 0.25",
            "clocks 1410 1980");
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
  }

  @Test
  void tooShort() throws Exception {
    try (GpuWindows window = counter(FakeNvml.build(folder))) {
      assertFault(work(window, 0.25), EnergyStatus.TOO_SHORT, "let an iteration last at least 0.6");
    }
  }

  @Test
  void reset() throws Exception {
    try (GpuWindows window = counter(FakeNvml.build(folder, "reset_at 1.3"))) {
      assertFault(work(window, 1.2), EnergyStatus.RESET, "went back");
    }
  }

  @Test
  void stuckInTheMiddle() throws Exception {
    try (GpuWindows window = counter(FakeNvml.build(folder, "stuck_at 1.2"))) {
      assertFault(work(window, 2.2), EnergyStatus.STUCK, "did not move");
    }
  }

  @Test
  void stuckFromTheBeginning() throws Exception {
    assertNotOpened(
        GpuMethod.COUNTER,
        FakeNvml.build(folder, "stuck_at 0"),
        EnergyStatus.STUCK,
        "did not move in 1.5 s");
  }

  @Test
  void lostInTheMiddle() throws Exception {
    try (GpuWindows window = counter(FakeNvml.build(folder, "lost_at 1.2"))) {
      assertFault(work(window, 1.2), EnergyStatus.LOST, "GPU is lost");
    }
  }

  @Test
  void lostBeforeTheBeginning() throws Exception {
    assertNotOpened(
        GpuMethod.COUNTER, FakeNvml.build(folder, "lost_at 0"), EnergyStatus.LOST, "answered 15");
  }

  @Test
  void counterNotSupported() throws Exception {
    assertNotOpened(
        GpuMethod.COUNTER,
        FakeNvml.build(folder, "energy 3"),
        EnergyStatus.UNSUPPORTED,
        "nvmlDeviceGetTotalEnergyConsumption answered 3 (Not Supported)");
  }

  @Test
  void powerNotSupported() throws Exception {
    Path library = FakeNvml.build(folder, "power 3");
    for (GpuMethod method : List.of(GpuMethod.INSTANT, GpuMethod.AVERAGE, GpuMethod.STUDY)) {
      assertNotOpened(method, library, EnergyStatus.UNSUPPORTED, "Not Supported");
    }
    try (GpuWindows window = counter(library)) {
      assertThat(work(window, 0.9).ok()).isTrue();
      assertThat(detail(window, "power.agreement")).isNaN();
      assertThat(detail(window, "power.peak")).isNaN();
    }
  }

  @Test
  void missingSymbols() throws Exception {
    Path library = FakeNvml.buildOld(folder);
    assertNotOpened(
        GpuMethod.COUNTER,
        library,
        EnergyStatus.UNSUPPORTED,
        "nvmlDeviceGetTotalEnergyConsumption answered 13 (Function Not Found)");
    assertNotOpened(
        GpuMethod.INSTANT, library, EnergyStatus.UNSUPPORTED, "nvmlDeviceGetFieldValues");
    // What the old library has still works: power, clocks, temperature.
    GpuWindows.Settings study = settings(GpuMethod.STUDY, library);
    try (GpuWindows window = GpuWindows.open(study, List.of("GPU-fake-0"))) {
      WindowResult result = work(window, 3.95);
      assertThat(result.energyJoules()).isCloseTo(1200, within(1e-6));
      assertThat(detail(window, "clock.sm")).isEqualTo(1980);
      assertThat(detail(window, "throttle.power")).isNaN();
    }
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
        FakeNvml.build(folder, "init 9"),
        EnergyStatus.UNSUPPORTED,
        "nvmlInit_v2 answered 9 (Driver Not Loaded)");
  }

  @Test
  void anUnknownGpuIsNamedWithThoseThatThereAre() throws Exception {
    Path library = FakeNvml.build(folder, "devices 2");
    assertThatThrownBy(
            () -> GpuWindows.open(settings(GpuMethod.COUNTER, library), List.of("GPU-other")))
        .hasMessageContaining("no GPU GPU-other")
        .hasMessageContaining("GPU-fake-0, GPU-fake-1");
    assertThatThrownBy(() -> GpuWindows.open(settings(GpuMethod.COUNTER, library), List.of("2")))
        .hasMessageContaining("no GPU 2");
  }

  @Test
  void aSplitGpuHasNoFigureOfItsOwn() throws Exception {
    Path library = FakeNvml.build(folder, "mig 1");
    for (GpuMethod method : GpuMethod.values()) {
      assertNotOpened(method, library, EnergyStatus.MIG_SHARED, "every instance");
    }
    assertThatThrownBy(
            () -> GpuWindows.open(settings(GpuMethod.COUNTER, library), List.of("MIG-abc")))
        .hasMessageContaining("instance of a split GPU");
  }

  @Test
  void aModulesCounterIsNotTheGpus() throws Exception {
    Path library = FakeNvml.build(folder, "name NVIDIA GH200 480GB");
    assertNotOpened(GpuMethod.COUNTER, library, EnergyStatus.MODULE_SCOPE, "covers the module");
    try (GpuWindows window = GpuWindows.open(settings(GpuMethod.INSTANT, library), List.of("0"))) {
      assertThat(work(window, 0.8).ok()).isTrue();
    }
  }

  @Test
  void anotherProcessSpoilsTheFigure() throws Exception {
    try (GpuWindows window = counter(FakeNvml.build(folder, "foreign_at 2.2"))) {
      assertThat(work(window, 0.8).reason()).isEmpty();
      window.end();
      assertFault(work(window, 1.2), EnergyStatus.FOREIGN_LOAD, "4242000");
    }
  }

  @Test
  void inAContainerThisProcessHasAnotherNumber() throws Exception {
    Path library = FakeNvml.build(folder, "own_pid 7654321", "foreign_at 2.2");
    try (GpuWindows window = counter(library)) {
      assertThat(work(window, 0.8).reason()).isEmpty();
      window.end();
      WindowResult later = work(window, 1.2);
      assertFault(later, EnergyStatus.FOREIGN_LOAD, "4242000");
      assertThat(later.reason()).doesNotContain("7654321");
    }
  }

  @ParameterizedTest
  @CsvSource({"2", "8"})
  void severalGpusAreSummedAndShownEach(int count) throws Exception {
    String[] script = new String[count + 2];
    script[0] = "devices " + count;
    // Readings that take time leave the processor to the other samplers.
    script[count + 1] = "latency_ms 4";
    double watts = 0;
    for (int i = 0; i < count; i++) {
      script[i + 1] = i + ".watts " + (100 + 50 * i);
      watts += 100 + 50 * i;
    }
    GpuWindows.Settings settings = settings(GpuMethod.COUNTER, FakeNvml.build(folder, script));
    try (GpuWindows window = GpuWindows.open(settings, List.of("all"))) {
      WindowResult result = work(window, 1.8);
      assertThat(result.reason()).isEmpty();
      assertThat(result.energyJoules() / result.units()).isCloseTo(watts * 1e-3, ONE_PERCENT);
      assertThat(detail(window, "gpu0.energy")).isCloseTo(0.1, ONE_PERCENT);
      assertThat(detail(window, "gpu1.energy")).isCloseTo(0.15, ONE_PERCENT);
      assertThat(detail(window, "gpu1.power")).isCloseTo(150, ONE_PERCENT);
      assertThat(detail(window, "gpu" + (count - 1) + ".clock.sm")).isEqualTo(1980);
      assertThat(window.remarks()).containsEntry("gpu1.device", "GPU-fake-1");
      assertThat(window.details().stream().map(Metric::name).toList())
          .isEqualTo(GpuWindows.absentDetails(count).stream().map(Metric::name).toList());
    }
  }

  @Test
  void oneLostGpuOfTwoSpoilsTheSum() throws Exception {
    GpuWindows.Settings settings =
        settings(GpuMethod.COUNTER, FakeNvml.build(folder, "devices 2", "1.lost_at 2"));
    try (GpuWindows window = GpuWindows.open(settings, List.of("0", "1"))) {
      assertFault(work(window, 1.2), EnergyStatus.LOST, "GPU is lost");
    }
  }

  @ParameterizedTest
  @CsvSource({"INSTANT,0.8", "SAMPLES,0.8", "AVERAGE,2"})
  void integratedPower(GpuMethod method, double seconds) throws Exception {
    Path library = FakeNvml.build(folder, "watts 250");
    try (GpuWindows window = GpuWindows.open(settings(method, library), List.of("GPU-fake-0"))) {
      assertThat(window.meter().kind()).isEqualTo(EnergyKind.INTEGRATED);
      WindowResult result = work(window, seconds);
      assertThat(result.reason()).isEmpty();
      assertThat(result.energyJoules() / result.units()).isCloseTo(0.25, ONE_PERCENT);
    }
  }

  @Test
  void aSecondsMeanNeedsMoreThanASecond() throws Exception {
    Path library = FakeNvml.build(folder);
    try (GpuWindows window = GpuWindows.open(settings(GpuMethod.AVERAGE, library), List.of("0"))) {
      assertFault(work(window, 0.9), EnergyStatus.TOO_SHORT, "an iteration last at least 1.");
    }
  }

  @Test
  void theStudysMethodCountsWholeSeconds() throws Exception {
    Path library = FakeNvml.build(folder, "watts 100");
    try (GpuWindows window = GpuWindows.open(settings(GpuMethod.STUDY, library), List.of("0"))) {
      // Readings at 0, 1, 2 and 3 s count for four seconds of a work that took 3.3.
      WindowResult result = work(window, 3.3);
      assertThat(result.energyJoules()).isCloseTo(400, within(1e-6));
      assertThat(result.energyJoules() / result.units()).isBetween(0.115, 0.122);
      // One second of a second's work tells nothing, and says so.
      window.end();
      assertFault(work(window, 0.5), EnergyStatus.TOO_SHORT, "0.");
    }
  }

  @Test
  void theTraceHasEveryWindow() throws Exception {
    Path trace = folder.resolve("trace.csv");
    Path library = FakeNvml.build(folder, "watts 123", "throttle 0.5");
    GpuWindows.Settings settings =
        new GpuWindows.Settings(GpuMethod.COUNTER, 20, library.toString(), trace);
    try (GpuWindows window = GpuWindows.open(settings, List.of("0"))) {
      work(window, 0.8);
      window.end();
      work(window, 0.8);
      window.end();
    }
    List<String> lines = Files.readAllLines(trace);
    assertThat(lines.get(0)).isEqualTo(TraceFile.HEADER);
    assertThat(lines.subList(1, lines.size()))
        // Twenty looks a second, except close to edges: more than the five edges a second give.
        .hasSizeGreaterThan(14)
        .allMatch(line -> line.endsWith(",123.0,1980.0,2619.0,60.0,97.0,0x4"))
        .anyMatch(line -> line.contains(",1,GPU-fake-0,1,"))
        .anyMatch(line -> line.contains(",2,GPU-fake-0,1,"));
  }

  @Test
  void anUnopenedWindowIsNoFigure() throws Exception {
    try (GpuWindows window = counter(FakeNvml.build(folder))) {
      WindowResult result = window.read();
      assertFault(result, EnergyStatus.TOO_SHORT, "No energy window was open");
    }
  }
}
