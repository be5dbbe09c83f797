package org.joulemark.harness.energy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.joulemark.harness.metrics.Metric;

/**
 * Net of idle: subtracts what the same meter shows while the device is ready but does nothing,
 * measured once, before the first window.
 */
public final class NetWindow implements EnergyWindow {
  /** The detail that tells the baseline. */
  public static final String IDLE_POWER = "idle.power";

  private final EnergyWindow gross;
  private final double restSeconds;
  private final double baselineSeconds;
  private double idleWatts = Double.NaN;
  private double idleUncertaintyWatts = Double.NaN;

  /**
   * Over a gross window, which it owns.
   *
   * @param restSeconds left alone before the baseline, so that clocks and power come down
   * @param baselineSeconds how long the baseline is measured
   */
  public NetWindow(EnergyWindow gross, double restSeconds, double baselineSeconds) {
    this.gross = gross;
    this.restSeconds = restSeconds;
    this.baselineSeconds = baselineSeconds;
  }

  @Override
  public MeterInfo meter() {
    return gross.meter();
  }

  /**
   * Begins; the first time after measuring the baseline.
   *
   * @throws EnergyException if the baseline cannot be measured
   */
  @Override
  public void open(LongSupplier completedUnits, int round) {
    if (Double.isNaN(idleWatts)) {
      measureBaseline();
    }
    gross.open(completedUnits, round);
  }

  private void measureBaseline() {
    sleep(restSeconds);
    // Units are microseconds: any count that moves by itself makes the window one of pure time.
    gross.open(() -> System.nanoTime() / 1000);
    sleep(baselineSeconds);
    WindowResult idle = gross.read();
    gross.end();
    if (!idle.ok()) {
      throw new EnergyException(
          idle.status(), "The idle baseline could not be measured. " + idle.reason());
    }
    gross.takeIdleBaseline();
    idleWatts = idle.energyJoules() / idle.timeSeconds();
    idleUncertaintyWatts = idle.uncertaintyJoules() / idle.timeSeconds();
  }

  private static void sleep(double seconds) {
    long end = System.nanoTime() + Math.round(seconds * 1e9);
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public WindowResult read() {
    WindowResult result = gross.read();
    if (!result.ok()) {
      return result;
    }
    double net = result.energyJoules() - idleWatts * result.timeSeconds();
    double uncertainty =
        Uncertainty.combine(
            result.uncertaintyJoules(), idleUncertaintyWatts * result.timeSeconds());
    if (!(uncertainty <= WindowArithmetic.WORST_REPEATABILITY * net)) {
      return WindowResult.failed(
          result.meter(),
          EnergyStatus.TOO_SHORT,
          String.format(
              Locale.ROOT,
              "Net of the idle baseline of %.1f W, %.3f ± %.3f J are left: too little to tell from"
                  + " nothing.",
              idleWatts,
              net,
              uncertainty));
    }
    return WindowResult.ok(result.meter(), net, result.timeSeconds(), result.units(), uncertainty);
  }

  @Override
  public long fromNanos() {
    return gross.fromNanos();
  }

  @Override
  public long toNanos() {
    return gross.toNanos();
  }

  @Override
  public List<Metric> details() {
    List<Metric> details = new ArrayList<>(gross.details());
    details.add(new Metric(IDLE_POWER, idleWatts, "W"));
    return details;
  }

  @Override
  public Map<String, String> remarks() {
    return gross.remarks();
  }

  @Override
  public double temperatureCelsius() {
    return gross.temperatureCelsius();
  }

  @Override
  public void end() {
    gross.end();
  }

  @Override
  public void close() {
    gross.close();
  }
}
