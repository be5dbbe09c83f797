package org.joulemark.harness.jmh;

import java.util.ArrayList;
import java.util.List;
import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.WindowResult;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.metrics.Metrics;
import org.joulemark.harness.metrics.TaskMetrics;
import org.joulemark.harness.metrics.WorkUnit;
import org.jspecify.annotations.Nullable;

/** The energy metrics of one iteration under their stable names: the same set whatever happened. */
final class EnergyMetrics {
  /** Unit of {@code energy.kind} where there is no energy source. */
  static final String NO_KIND = "none";

  private EnergyMetrics() {}

  /** Metrics of a window, NaN throughout where it does not hold. */
  static List<Metric> of(WindowResult window, WorkUnit unit) {
    Metrics metrics = Metrics.of(window.energyJoules(), window.timeSeconds(), window.units(), unit);
    List<Metric> all =
        new ArrayList<>(
            list(
                metrics,
                window.uncertaintyJoules() / window.units(),
                window.meter().gainError(),
                window.timeSeconds(),
                unit.score(),
                window.meter().kind(),
                window.status()));
    if (unit.partOfTask()) {
      all.addAll(
          task(
              TaskMetrics.of(
                  window.energyJoules(),
                  window.uncertaintyJoules(),
                  window.timeSeconds(),
                  window.units(),
                  unit)));
    }
    return all;
  }

  /**
   * Metrics where no window was measured: all NaN but the score.
   *
   * @param unit what was to be measured, null where that is not known either
   */
  static List<Metric> none(
      EnergyStatus status, @Nullable EnergyKind kind, @Nullable WorkUnit unit) {
    WorkUnit unknown = new WorkUnit("unknown", Double.NaN, Double.NaN, Double.NaN, "", Double.NaN);
    List<Metric> all =
        new ArrayList<>(
            list(
                Metrics.of(Double.NaN, Double.NaN, Double.NaN, unknown),
                Double.NaN,
                Double.NaN,
                Double.NaN,
                unit == null ? Double.NaN : unit.score(),
                kind,
                status));
    if (unit != null && unit.partOfTask()) {
      all.addAll(task(TaskMetrics.of(Double.NaN, Double.NaN, Double.NaN, Double.NaN, unknown)));
    }
    return all;
  }

  /** What a whole task takes; its time comes from the work itself, which has one without energy. */
  private static List<Metric> task(TaskMetrics task) {
    return List.of(
        new Metric("task.energy", task.wattHours(), "Wh"),
        new Metric("task.energy.uncertainty", task.uncertaintyWattHours(), "Wh"),
        new Metric("task.eor", task.eor(), "1/Wh"),
        new Metric("task.tweor", task.tweor(), "1/(Wh·s)"));
  }

  private static List<Metric> list(
      Metrics metrics,
      double uncertaintyJoulesPerUnit,
      double gainError,
      double windowSeconds,
      double score,
      @Nullable EnergyKind kind,
      EnergyStatus status) {
    return List.of(
        new Metric("energy", metrics.joulesPerUnit(), "J/op"),
        new Metric("energy.uncertainty", uncertaintyJoulesPerUnit, "J/op"),
        new Metric("energy.gain.error", gainError, "1"),
        new Metric("energy.window", windowSeconds, "s"),
        new Metric("power", metrics.watts(), "W"),
        new Metric("ops.per.joule", metrics.unitsPerJoule(), "op/J"),
        new Metric("flop.per.joule", metrics.flopsPerJoule(), "FLOP/J"),
        new Metric("score", score, "1"),
        new Metric("eor", metrics.eor(), "1/Wh"),
        new Metric("tweor", metrics.tweor(), "1/(Wh·s)"),
        new Metric("edp", metrics.edp(), "J·s"),
        new Metric("energy.per.token", metrics.joulesPerToken(), "J/token"),
        // The kind stands in the unit, so that it is beside the numbers in JMH's own JSON.
        kind == null
            ? new Metric("energy.kind", Double.NaN, NO_KIND)
            : new Metric("energy.kind", kind.code(), kind.id()),
        new Metric("energy.status", status.code(), "code"));
  }
}
