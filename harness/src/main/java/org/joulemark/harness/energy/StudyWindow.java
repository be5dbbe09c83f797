package org.joulemark.harness.energy;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The study's own method, to show what it gives: power is read once a second from the beginning of
 * the work to its end, every reading counts for one second, and their sum is divided by all units
 * done. Nothing is aligned: the last reading counts for a whole second even where the work ended
 * within it.
 */
public final class StudyWindow implements EnergyWindow {
  private static final long PERIOD_NANOS = 1_000_000_000;

  private final MeterInfo info;
  private final PowerSensor sensor;
  private final Probe probe;
  private LongSupplier completedUnits = () -> 0;
  private long openNanos;
  private long closeNanos;
  private long openUnits;
  private boolean opened;
  private volatile boolean running;
  private volatile double joules;
  private volatile @Nullable WindowResult fault;
  private volatile @Nullable Throwable crash;
  private @Nullable Thread sampler;

  /** With the sensor that is read once a second; the sensor belongs to whoever gave it. */
  public StudyWindow(MeterInfo info, PowerSensor sensor, Probe probe) {
    this.info = info;
    this.sensor = sensor;
    this.probe = probe;
  }

  @Override
  public MeterInfo meter() {
    return info;
  }

  @Override
  public void open(LongSupplier completed, int round) {
    end();
    fault = null;
    crash = null;
    joules = 0;
    completedUnits = completed;
    openUnits = completed.getAsLong();
    openNanos = System.nanoTime();
    closeNanos = openNanos;
    probe.begin(openNanos);
    opened = true;
    running = true;
    Thread thread = new Thread(this::sample, "study-sampler");
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((where, error) -> crash = error);
    thread.start();
    sampler = thread;
  }

  private void sample() {
    long next = openNanos;
    double sum = 0;
    try {
      while (running) {
        long now = System.nanoTime();
        if (now < next) {
          if (now >= probe.nextNanos()) {
            probe.sample(now);
          } else {
            LockSupport.parkNanos(Math.min(next, probe.nextNanos()) - now);
          }
          continue;
        }
        sum += sensor.watts() * PERIOD_NANOS * 1e-9;
        joules = sum;
        next += PERIOD_NANOS;
      }
    } catch (EnergyException e) {
      fault = WindowResult.failed(info, e.status(), e.reason());
    }
  }

  @Override
  public WindowResult read() {
    if (!opened) {
      return WindowResult.failed(
          info, EnergyStatus.TOO_SHORT, "No energy window was open when it was read.");
    }
    Throwable crashed = crash;
    if (crashed != null) {
      throw new IllegalStateException("A thread of the energy window failed.", crashed);
    }
    WindowResult failed = fault;
    if (failed != null) {
      return failed;
    }
    closeNanos = System.nanoTime();
    double seconds = (closeNanos - openNanos) * 1e-9;
    double sum = joules;
    double units = completedUnits.getAsLong() - openUnits;
    // One reading more or less, depending on where in its second the work ended.
    double uncertainty = sum / seconds * Uncertainty.uniform(PERIOD_NANOS * 1e-9);
    return WindowArithmetic.between(info, sum, seconds, units, uncertainty);
  }

  @Override
  public long fromNanos() {
    return openNanos;
  }

  @Override
  public long toNanos() {
    return closeNanos;
  }

  @Override
  public void end() {
    opened = false;
    running = false;
    Thread thread = sampler;
    sampler = null;
    if (thread != null) {
      Threads.join(thread);
    }
  }

  @Override
  public void close() {
    end();
  }
}
