package org.joulemark.harness.energy.modelled;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyMeter;
import org.joulemark.harness.energy.EnergyScope;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.MeterInfo;

/**
 * Energy from {@link PowerModel} and the processor time of this process. A model: its stated error
 * of ±50 % stands as the gain error of every figure.
 */
public final class ModelledMeter implements EnergyMeter {
  /** Linux gives a process's time to the JVM in units of 10 ms. */
  private static final double CPU_TIME_STEP_SECONDS = 0.01;

  private final PowerModel model;
  private final LongSupplier nanoClock;
  private final LongSupplier cpuNanos;
  private final MeterInfo info;

  /** With the process's own clock of processor time. */
  public ModelledMeter(PowerModel model) {
    this(model, System::nanoTime, processCpuNanos());
  }

  /**
   * With given clocks.
   *
   * @param model gives power
   * @param nanoClock monotonic time in nanoseconds
   * @param cpuNanos processor time of this process in nanoseconds, negative where unknown
   */
  public ModelledMeter(PowerModel model, LongSupplier nanoClock, LongSupplier cpuNanos) {
    this.model = model;
    this.nanoClock = nanoClock;
    this.cpuNanos = cpuNanos;
    this.info =
        new MeterInfo(
            "cpu-model",
            EnergyKind.MODELLED,
            EnergyScope.CPU_MODEL,
            model.processors()
                + " logical processors, "
                + model.idleWatts()
                + " W idle and "
                + model.busyWatts()
                + " W busy each",
            // One step per busy core at most: the quantum below covers it.
            CPU_TIME_STEP_SECONDS,
            CPU_TIME_STEP_SECONDS * (model.busyWatts() - model.idleWatts()),
            PowerModel.ERROR,
            0);
  }

  private static LongSupplier processCpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean bean
        ? bean::getProcessCpuTime
        : () -> -1;
  }

  @Override
  public MeterInfo info() {
    return info;
  }

  @Override
  public double readJoules() {
    long cpu = cpuNanos.getAsLong();
    if (cpu < 0) {
      throw new EnergyException(
          EnergyStatus.UNSUPPORTED, "This JVM does not tell the processor time of its process.");
    }
    return model.joules(nanoClock.getAsLong() * 1e-9, cpu * 1e-9);
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
