package org.joulemark.harness.jmh;

import java.util.Collection;
import java.util.function.LongSupplier;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.MeterInfo;
import org.joulemark.harness.energy.WindowResult;
import org.joulemark.harness.energy.source.EnergySources;
import org.joulemark.harness.energy.source.SourceSettings;
import org.joulemark.harness.metrics.WorkUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.profile.ProfilerException;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

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
  private final SourceSettings settings;
  private @Nullable EnergyWindow window;
  private @Nullable String windowDevice;
  private @Nullable WorkUnit unit;
  private @Nullable WindowResult result;
  private EnergyStatus status = EnergyStatus.UNSUPPORTED;
  private String reason = "";

  /** For JMH's list of profilers, and without options. */
  public EnergyProfiler() {
    settings = SourceSettings.defaults();
  }

  /**
   * With the options of the command line.
   *
   * @throws ProfilerException if they are not valid, or if they are {@code help}
   */
  public EnergyProfiler(String options) throws ProfilerException {
    settings = ProfilerOptions.parse(options).source();
  }

  @Override
  public String getDescription() {
    return "Energy per work unit, EOR and TWEOR, with uncertainty and kind";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    unit = null;
    result = null;
    fail(
        EnergyStatus.UNSUPPORTED,
        "The benchmark opened no work window, so its energy is not known.");
    WorkWindow.beginIteration();
    WorkWindow.observe(this);
  }

  @Override
  public Collection<ScalarResult> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult iterationResult) {
    WorkWindow.observe(null);
    WindowResult measured = result;
    WorkUnit done = unit;
    if (measured != null && done != null) {
      describe(measured.meter());
      if (!measured.ok()) {
        WorkWindow.note("energy.reason", measured.reason());
      }
      return Results.of(EnergyMetrics.of(measured, done));
    }
    WorkWindow.note("energy.kind", kind() == null ? EnergyMetrics.NO_KIND : kind().id());
    WorkWindow.note("energy.reason", reason);
    return Results.of(EnergyMetrics.none(status, kind(), done == null ? Double.NaN : done.score()));
  }

  @Override
  public void opened(WorkUnit opened, String device, LongSupplier completedUnits) {
    unit = opened;
    try {
      windowOn(device).open(completedUnits);
    } catch (EnergyException e) {
      fail(e.status(), e.reason());
    }
  }

  @Override
  public void closing(@Nullable Runnable moreWork) {
    EnergyWindow current = window;
    if (current != null) {
      result = current.read();
      current.end();
    }
  }

  private void fail(EnergyStatus failed, String why) {
    status = failed;
    reason = why;
  }

  private @Nullable EnergyKind kind() {
    return window == null ? null : window.meter().kind();
  }

  /** The window of that device; a source is opened once and kept, because opening takes long. */
  private EnergyWindow windowOn(String device) {
    EnergyWindow current = window;
    if (current != null && device.equals(windowDevice)) {
      return current;
    }
    if (current != null) {
      current.close();
      window = null;
    }
    EnergyWindow next = EnergySources.open(settings, device);
    window = next;
    windowDevice = device;
    return next;
  }

  private static void describe(MeterInfo meter) {
    WorkWindow.note("energy.kind", meter.kind().id());
    WorkWindow.note("energy.scope", meter.scope().id());
    WorkWindow.note("energy.meter", meter.name() + " (" + meter.domain() + ")");
  }
}
