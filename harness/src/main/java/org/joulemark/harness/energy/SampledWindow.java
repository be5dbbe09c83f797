package org.joulemark.harness.energy;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A window whose ends are instants that the meter itself marks while the work runs: for a ticking
 * counter the first edge after {@link #open} and the last one before {@link #read}, for a sensor
 * that is integrated its first and last reading. The work between the two is counted to a fraction
 * of a unit, from the instants at which the count was seen to move. Where units differ and repeat
 * in rounds, the end lies whole rounds after the beginning.
 *
 * <p>So neither the tick, nor the set-up before, nor the idle time after is in the figure. On an
 * asynchronous device the count lags behind the device by what is in flight; that lag is the same
 * at both ends and cancels.
 *
 * <p>Two threads work between {@link #open} and {@link #end}: one reads the meter when its plan
 * asks for it, one looks at the count every millisecond. Neither allocates on its own account.
 */
public final class SampledWindow implements EnergyWindow {
  private static final int MOST_READINGS = 1 << 16;
  private static final int MOST_MOVEMENTS = 1 << 16;
  private static final long COUNT_EVERY_NANOS = 1_000_000;

  /** Longer than a look of the probe takes: before a reading that is nearer, there is no time. */
  private static final long PROBE_NANOS = 20_000_000;

  private final EnergyMeter meter;
  private final ReadingPlan plan;
  private final Probe probe;
  private final ReadingTrack readings = new ReadingTrack(MOST_READINGS);
  private final UnitTrack units = new UnitTrack(MOST_MOVEMENTS);

  private LongSupplier completedUnits = () -> 0;
  private int unitsPerRound = 1;
  private long openNanos;
  private boolean opened;
  private volatile boolean running;
  private volatile @Nullable WindowResult fault;
  private volatile @Nullable Throwable crash;
  private @Nullable Thread sampler;
  private @Nullable Thread counter;
  private long fromNanos;
  private long toNanos;

  private SampledWindow(EnergyMeter meter, ReadingPlan plan, Probe probe) {
    this.meter = meter;
    this.plan = plan;
    this.probe = probe;
  }

  /** Over a ticking counter whose tick is known; owns the meter. */
  public static SampledWindow onEdges(EnergyMeter meter, Probe probe) {
    return new SampledWindow(meter, new EdgePlan(meter.info().tickSeconds()), probe);
  }

  /** Over a meter that is read at a fixed rate; owns the meter. */
  public static SampledWindow periodic(EnergyMeter meter, double hertz, Probe probe) {
    return new SampledWindow(meter, new PeriodicPlan(hertz), probe);
  }

  @Override
  public MeterInfo meter() {
    return meter.info();
  }

  @Override
  public void open(LongSupplier completed, int round) {
    end();
    fault = null;
    crash = null;
    completedUnits = completed;
    unitsPerRound = round;
    openNanos = System.nanoTime();
    fromNanos = openNanos;
    toNanos = openNanos;
    readings.clear();
    units.begin(openNanos, completed.getAsLong());
    // Where the window ends at no reading of its own, the nearer ones say more.
    plan.begin(openNanos, round > 1);
    probe.begin(openNanos);
    opened = true;
    running = true;
    sampler = start("energy-sampler", this::sample);
    counter = start("unit-counter", this::count);
  }

  private Thread start(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((where, error) -> crash = error);
    thread.start();
    return thread;
  }

  private void count() {
    while (running) {
      long before = System.nanoTime();
      long done = completedUnits.getAsLong();
      long after = System.nanoTime();
      // A look that was held up does not say when it looked.
      if (after - before <= COUNT_EVERY_NANOS / 10) {
        units.add(after, done);
      }
      LockSupport.parkNanos(COUNT_EVERY_NANOS);
    }
  }

  private void sample() {
    try {
      double last = Double.NEGATIVE_INFINITY;
      while (running && fault == null) {
        long now = System.nanoTime();
        long untilReading = plan.nextNanos() - now;
        if (untilReading <= 0) {
          last = readMeter(last);
        } else if (untilReading > PROBE_NANOS && probe.nextNanos() <= now) {
          probe.sample(now);
        } else {
          long untilProbe = probe.nextNanos() - now;
          LockSupport.parkNanos(untilProbe > 0 ? Math.min(untilReading, untilProbe) : untilReading);
        }
      }
    } catch (EnergyException e) {
      fault = WindowResult.failed(meter.info(), e.status(), e.reason());
    }
  }

  /** Reads once and gives the value; sets the fault that the reading shows. */
  private double readMeter(double last) {
    long start = System.nanoTime();
    double joules = meter.readJoules();
    long end = System.nanoTime();
    if (joules < last && meter.info().kind() != EnergyKind.INTEGRATED) {
      fault = WindowArithmetic.wentBack(meter.info());
    }
    boolean marked = plan.reading(start, end, joules, readings);
    if (plan.stuck(end)) {
      fault = WindowArithmetic.stuck(meter.info(), (end - openNanos) * 1e-9);
    }
    if (marked && probe.nextNanos() <= end) {
      probe.sample(end);
    }
    return joules;
  }

  @Override
  public WindowResult read() {
    if (!opened) {
      return WindowResult.failed(
          meter.info(), EnergyStatus.TOO_SHORT, "No energy window was open when it was read.");
    }
    Throwable crashed = crash;
    if (crashed != null) {
      throw new IllegalStateException("A thread of the energy window failed.", crashed);
    }
    long closeNanos = System.nanoTime();
    units.addExact(closeNanos, completedUnits.getAsLong());
    WindowResult failed = fault;
    if (failed != null) {
      return failed;
    }
    return between(closeNanos);
  }

  private WindowResult between(long closeNanos) {
    MeterInfo info = meter.info();
    if (units.firstMovedNanos() == UnitTrack.NEVER) {
      return WindowArithmetic.between(info, 0, 0, 0, 0);
    }
    long earliest = openNanos + Math.round(info.responseSeconds() * 1e9);
    int first = readings.firstFrom(Math.max(earliest, units.firstMovedNanos()));
    int last = readings.lastUntil(Math.min(closeNanos, units.lastMovedNanos()));
    if (first < 0 || last <= first || (unitsPerRound > 1 && last == first + 1)) {
      return WindowArithmetic.tooShort(info, 0);
    }
    Optional<WindowSpan> span =
        unitsPerRound == 1
            ? Optional.of(WindowSpan.betweenReadings(readings, units, first, last))
            : WindowSpan.ofWholeRounds(readings, units, first, last, unitsPerRound);
    if (span.isEmpty()) {
      return WindowArithmetic.noRound(
          info,
          unitsPerRound,
          units.at(readings.middleNanos(last)) - units.at(readings.middleNanos(first)));
    }
    return of(span.get(), first, last);
  }

  private WindowResult of(WindowSpan span, int first, int last) {
    MeterInfo info = meter.info();
    fromNanos = Math.round(span.fromNanos());
    toNanos = Math.round(span.toNanos());
    double watts = span.joules() / span.seconds();
    double counting = Uncertainty.uniform(COUNT_EVERY_NANOS * 1e-9);
    double uncertainty =
        Uncertainty.combine(
            watts * Uncertainty.uniform(readings.widthSeconds(first)),
            watts * Uncertainty.uniform(readings.widthSeconds(last)),
            Uncertainty.uniform(info.quantumJoules()),
            Uncertainty.uniform(info.quantumJoules()),
            // A unit counted late is power for that long.
            watts * counting,
            watts * counting,
            span.uncertaintyJoules(),
            info.kind() == EnergyKind.INTEGRATED ? scatterJoules(first, last) : 0);
    return WindowArithmetic.between(info, span.joules(), span.seconds(), span.units(), uncertainty);
  }

  /** Standard error of energy that was summed from power readings, from their own scatter. */
  private double scatterJoules(int first, int last) {
    int steps = last - first;
    double total = readings.joules(last) - readings.joules(first);
    double time = (readings.middleNanos(last) - readings.middleNanos(first)) * 1e-9;
    double sum = 0;
    for (int i = first; i < last; i++) {
      double dt = (readings.middleNanos(i + 1) - readings.middleNanos(i)) * 1e-9;
      double deviation = readings.joules(i + 1) - readings.joules(i) - total / time * dt;
      sum += deviation * deviation;
    }
    // The deviations are of single steps; those of their sum add up as their squares do.
    return steps > 1 ? Math.sqrt(sum * steps / (steps - 1.0)) : Double.POSITIVE_INFINITY;
  }

  @Override
  public long fromNanos() {
    return fromNanos;
  }

  @Override
  public long toNanos() {
    return toNanos;
  }

  @Override
  public void end() {
    opened = false;
    running = false;
    if (sampler != null) {
      Threads.join(sampler);
      sampler = null;
    }
    if (counter != null) {
      Threads.join(counter);
      counter = null;
    }
  }

  @Override
  public void close() {
    end();
    meter.close();
  }
}
