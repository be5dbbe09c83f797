package org.joulemark.harness.jmh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.WindowResult;
import org.joulemark.harness.energy.WindowStretch;
import org.joulemark.harness.energy.source.EnergySources;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.metrics.WorkUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.profile.ProfilerException;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/**
 * JMH profiler that gives each iteration's energy per work unit and what follows from it, over the
 * window that the benchmark's state opens and closes through {@link WorkWindow}.
 *
 * <p>{@code -prof org.joulemark.harness.jmh.EnergyProfiler:help} lists the options. The results are
 * the same set in every iteration; where there is no energy they are NaN, {@code energy.status} is
 * not 0, and the note {@code energy.reason} says why. It reads and never sets: clocks and power
 * limits stay as they are.
 */
public final class EnergyProfiler implements InternalProfiler, WindowObserver {
  /**
   * Note of a trial whose windows were too short: the seconds that an iteration must last for the
   * energy source that was used.
   */
  public static final String LEAST_ITERATION = "energy.iteration.least";

  private final ProfilerOptions options;
  private @Nullable EnergyWindow window;
  private @Nullable String windowDevice;
  private @Nullable String device;
  private @Nullable WorkUnit unit;
  private @Nullable WindowResult result;
  private @Nullable EnergyKind failedKind;
  private EnergyStatus status = EnergyStatus.UNSUPPORTED;
  private String reason = "";
  private boolean warmup;
  private boolean settled;

  /** Names and units of details seen so far, so that every later iteration has them too. */
  private final Map<String, String> detailUnits = new LinkedHashMap<>();

  /** For JMH's list of profilers, and without options. */
  public EnergyProfiler() {
    options = ProfilerOptions.defaults();
  }

  /**
   * With the options of the command line.
   *
   * @throws ProfilerException if they are not valid, or if they are {@code help}
   */
  public EnergyProfiler(String options) throws ProfilerException {
    this.options = ProfilerOptions.parse(options);
  }

  @Override
  public String getDescription() {
    return "Energy per work unit, EOR and TWEOR, with uncertainty and kind";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    warmup = iteration.getType() == IterationType.WARMUP;
    unit = null;
    result = null;
    failedKind = null;
    fail(
        EnergyStatus.UNSUPPORTED,
        "The benchmark opened no work window, so its energy is not known.");
    WorkWindow.forget();
    WorkWindow.observe(this);
  }

  @Override
  public Collection<ScalarResult> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult iterationResult) {
    WorkWindow.observe(null);
    List<Metric> metrics = new ArrayList<>(energyMetrics());
    metrics.addAll(details());
    if (!warmup) {
      writeNotes();
    }
    return Results.of(metrics);
  }

  private List<Metric> energyMetrics() {
    WorkUnit done = unit;
    return result != null && done != null
        ? EnergyMetrics.of(result, done)
        : EnergyMetrics.none(status, kind(), done);
  }

  /** What the window tells besides, NaN for what it told before and does not tell now. */
  private List<Metric> details() {
    Map<String, Double> values = new LinkedHashMap<>();
    if (device != null) {
      for (Metric absent : EnergySources.absentDetails(options.source(), device)) {
        detailUnits.putIfAbsent(absent.name(), absent.unit());
      }
    }
    if (window != null && result != null) {
      for (Metric detail : window.details()) {
        detailUnits.putIfAbsent(detail.name(), detail.unit());
        values.put(detail.name(), detail.value());
      }
    }
    List<Metric> details = new ArrayList<>();
    detailUnits.forEach(
        (name, unitName) ->
            details.add(new Metric(name, values.getOrDefault(name, Double.NaN), unitName)));
    return details;
  }

  private void writeNotes() {
    EnergyKind kind = kind();
    WorkWindow.note("energy.kind", kind == null ? EnergyMetrics.NO_KIND : kind.id());
    if (window != null) {
      WorkWindow.note("energy.scope", window.meter().scope().id());
      WorkWindow.note("energy.meter", window.meter().name() + " (" + window.meter().domain() + ")");
      if (result != null) {
        window.remarks().forEach(WorkWindow::note);
      }
    }
    if (result == null) {
      WorkWindow.note("energy.reason", reason);
    } else if (!result.ok()) {
      WorkWindow.note("energy.reason", result.reason());
      if (result.status() == EnergyStatus.TOO_SHORT) {
        WorkWindow.note(LEAST_ITERATION, Double.toString(result.meter().leastIterationSeconds()));
      }
    }
  }

  @Override
  public void opened(WorkUnit opened, String onDevice, LongSupplier completedUnits) {
    unit = opened;
    device = onDevice;
    try {
      windowOn(onDevice).open(completedUnits, opened.round());
    } catch (EnergyException e) {
      fail(e.status(), e.reason());
      if (e.status() != EnergyStatus.UNSUPPORTED) {
        failedKind = EnergySources.intendedKind(options.source(), onDevice);
      }
    }
  }

  @Override
  public void closing(@Nullable Runnable moreWork) {
    EnergyWindow current = window;
    // A source that could not be opened has left the reason.
    if (current == null || !reason.isEmpty()) {
      return;
    }
    if (warmup && !settled && options.settleSeconds() > 0 && moreWork != null) {
      settle(current, moreWork);
    }
    result = read(current, moreWork);
    current.end();
  }

  private WindowResult read(EnergyWindow current, @Nullable Runnable moreWork) {
    double target = options.target();
    if (warmup) {
      return current.read();
    }
    if (Double.isNaN(target)) {
      return moreWork != null && unit != null && unit.round() > 1
          ? untilRoundsAreWhole(current, moreWork)
          : current.read();
    }
    return moreWork == null
        ? WindowStretch.held(current.read(), target)
        : WindowStretch.untilResolved(
            current, moreWork, target, options.capSeconds(), System::nanoTime);
  }

  /** A source that is slow to respond may have missed the rounds that the benchmark made whole. */
  private WindowResult untilRoundsAreWhole(EnergyWindow current, Runnable moreWork) {
    return WindowStretch.untilResolved(
        current, moreWork, Double.POSITIVE_INFINITY, options.capSeconds(), System::nanoTime);
  }

  private void settle(EnergyWindow current, Runnable moreWork) {
    double seconds =
        WindowStretch.untilLevel(current, moreWork, options.settleSeconds(), System::nanoTime);
    settled = true;
    WorkWindow.note(
        "energy.settle",
        Double.isNaN(seconds)
            ? "The temperature is not known, so nothing was waited for."
            : String.format(
                Locale.ROOT,
                "Worked for %.0f s until the temperature was level (cap %.0f s).",
                seconds,
                options.settleSeconds()));
  }

  private void fail(EnergyStatus failed, String why) {
    status = failed;
    reason = why;
  }

  private @Nullable EnergyKind kind() {
    return window == null ? failedKind : window.meter().kind();
  }

  /** The window of that device. */
  private EnergyWindow windowOn(String onDevice) {
    reason = "";
    EnergyWindow current = window;
    if (current != null && onDevice.equals(windowDevice)) {
      return current;
    }
    window = null;
    EnergyWindow next = OpenWindow.of(options.source(), onDevice);
    window = next;
    windowDevice = onDevice;
    return next;
  }
}
