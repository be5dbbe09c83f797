package org.joulemark.harness.energy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.joulemark.harness.metrics.Metric;

/**
 * Several devices that do one piece of work together: each with a window of its own, because their
 * counters tick at different instants. Time and units are those of the first; the energy is the sum
 * of the powers, each over its own window, times that time.
 */
public final class SumWindow implements EnergyWindow {
  private final List<EnergyWindow> parts;
  private final MeterInfo info;
  private List<WindowResult> results = List.of();
  private List<Double> idleWatts = List.of();

  /** Over these windows, which it owns; at least one. */
  public SumWindow(List<EnergyWindow> parts) {
    this.parts = List.copyOf(parts);
    MeterInfo first = parts.get(0).meter();
    this.info =
        new MeterInfo(
            first.name(),
            first.kind(),
            first.scope(),
            parts.stream().map(part -> part.meter().domain()).collect(Collectors.joining("+")),
            parts.stream().mapToDouble(part -> part.meter().tickSeconds()).max().orElseThrow(),
            parts.stream().mapToDouble(part -> part.meter().quantumJoules()).sum(),
            parts.stream().mapToDouble(part -> part.meter().gainError()).max().orElseThrow(),
            first.responseSeconds());
  }

  @Override
  public MeterInfo meter() {
    return info;
  }

  @Override
  public void open(LongSupplier completedUnits, int round) {
    parts.forEach(part -> part.open(completedUnits, round));
  }

  @Override
  public WindowResult read() {
    results = parts.stream().map(EnergyWindow::read).toList();
    for (WindowResult result : results) {
      if (!result.ok()) {
        return WindowResult.failed(info, result.status(), result.reason());
      }
    }
    WindowResult first = results.get(0);
    double watts = 0;
    double[] uncertainties = new double[results.size()];
    for (int i = 0; i < uncertainties.length; i++) {
      WindowResult result = results.get(i);
      watts += watts(result);
      uncertainties[i] = result.uncertaintyJoules() / result.timeSeconds() * first.timeSeconds();
    }
    return WindowResult.ok(
        info,
        watts * first.timeSeconds(),
        first.timeSeconds(),
        first.units(),
        Uncertainty.combine(uncertainties));
  }

  @Override
  public long fromNanos() {
    return parts.get(0).fromNanos();
  }

  @Override
  public long toNanos() {
    return parts.get(0).toNanos();
  }

  @Override
  public void takeIdleBaseline() {
    idleWatts = results.stream().map(SumWindow::watts).toList();
  }

  private static double watts(WindowResult result) {
    return result.energyJoules() / result.timeSeconds();
  }

  /**
   * Each part's energy, power and details, under its name with {@code gpu0.}, {@code gpu1.} …;
   * energy and power are net of the part's idle baseline where one was taken, which stands beside
   * them.
   */
  @Override
  public List<Metric> details() {
    List<Metric> details = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      double watts = Double.NaN;
      double secondsPerUnit = Double.NaN;
      if (!results.isEmpty()) {
        watts = watts(results.get(i));
        secondsPerUnit = results.get(0).timeSeconds() / results.get(0).units();
      }
      List<Metric> own = new ArrayList<>(parts.get(i).details());
      if (!idleWatts.isEmpty()) {
        watts -= idleWatts.get(i);
        own.add(new Metric(NetWindow.IDLE_POWER, idleWatts.get(i), "W"));
      }
      details.addAll(part(i, watts, secondsPerUnit, own));
    }
    return details;
  }

  /**
   * The details of one part under its number.
   *
   * @param watts its power; NaN where it is not known
   * @param secondsPerUnit of the work; NaN where it is not known
   * @param details what its own window tells
   */
  public static List<Metric> part(
      int index, double watts, double secondsPerUnit, List<Metric> details) {
    String prefix = "gpu" + index + ".";
    List<Metric> numbered = new ArrayList<>();
    numbered.add(new Metric(prefix + "energy", watts * secondsPerUnit, "J/op"));
    numbered.add(new Metric(prefix + "power", watts, "W"));
    for (Metric metric : details) {
      numbered.add(new Metric(prefix + metric.name(), metric.value(), metric.unit()));
    }
    return numbered;
  }

  @Override
  public Map<String, String> remarks() {
    Map<String, String> remarks = new LinkedHashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      String prefix = "gpu" + i + ".";
      remarks.put(prefix + "device", parts.get(i).meter().domain());
      parts.get(i).remarks().forEach((key, value) -> remarks.put(prefix + key, value));
    }
    return remarks;
  }

  @Override
  public double temperatureCelsius() {
    return parts.stream().mapToDouble(EnergyWindow::temperatureCelsius).max().orElseThrow();
  }

  @Override
  public void end() {
    parts.forEach(EnergyWindow::end);
  }

  @Override
  public void close() {
    parts.forEach(EnergyWindow::close);
  }
}
