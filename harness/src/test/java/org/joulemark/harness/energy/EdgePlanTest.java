package org.joulemark.harness.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The plan against a counter in a time of its own. */
class EdgePlanTest {
  private static final double WATTS = 300;

  /** A ticking counter whose readings take time and latch after a share of it. */
  private static final class Counter {
    private final double tickNanos;
    private final double phaseNanos;
    private final long latencyNanos;
    private final double latchShare;
    private final Random random;
    private long now;

    Counter(double tickNanos, double phaseNanos, long latencyNanos, double latchShare, long seed) {
      this.tickNanos = tickNanos;
      this.phaseNanos = phaseNanos;
      this.latencyNanos = latencyNanos;
      this.latchShare = latchShare;
      this.random = new Random(seed);
    }

    /** Reads, and moves time on by the reading's duration, which varies by a tenth. */
    double read() {
      long duration = Math.round(latencyNanos * (0.95 + 0.1 * random.nextDouble()));
      double joules = joulesAt(now + latchShare * duration);
      now += duration;
      return joules;
    }

    double joulesAt(double nanos) {
      double ticks = Math.floor((nanos - phaseNanos) / tickNanos);
      return WATTS * (ticks * tickNanos + phaseNanos) * 1e-9;
    }
  }

  @ParameterizedTest
  @CsvSource({
    // tick ms, reading µs, calibration's error
    "100, 4000, 0.005",
    "100, 4000, -0.005",
    "100, 30, 0.0",
    "20, 5000, 0.003",
    "10, 5000, 0.002",
    "10, 3000, -0.004",
    "50, 3000, 0.0",
  })
  void everyEdgeIsBracketedAndReadingsAreFew(double tickMs, long readingMicros, double error) {
    Random random = new Random(11);
    for (int trial = 0; trial < 50; trial++) {
      double latch = random.nextDouble();
      Counter counter =
          new Counter(
              tickMs * 1e6, random.nextDouble() * tickMs * 1e6, readingMicros * 1000, latch, trial);
      EdgePlan plan = new EdgePlan(tickMs * 1e-3 * (1 + error));
      ReadingTrack track = new ReadingTrack(1000);
      plan.begin(0, false);
      int readings = 0;
      while (counter.now < 5_000_000_000L) {
        counter.now = Math.max(counter.now, plan.nextNanos());
        long start = counter.now;
        double joules = counter.read();
        readings++;
        plan.reading(start, counter.now, joules, track);
        assertThat(plan.stuck(counter.now)).isFalse();
      }
      assertThat(track.size()).isGreaterThan(5);
      for (int i = 0; i < track.size(); i++) {
        // The middle of the bracket, moved by the latch's delay, is the edge to half a bracket.
        double edge = track.joules(i) / WATTS * 1e9;
        double seen = track.middleNanos(i) + latch * readingMicros * 1000;
        assertThat(Math.abs(seen - edge) * 1e-9)
            .isLessThanOrEqualTo(track.widthSeconds(i) / 2 + 0.06e-6 * readingMicros);
        assertThat(track.widthSeconds(i)).isLessThan(1.1e-6 * readingMicros + 1e-4);
      }
      double busy = readings * readingMicros * 1e-6 / 5;
      assertThat(busy).isLessThan(readingMicros < 1000 ? 0.06 : 0.4);
    }
  }

  @ParameterizedTest
  @CsvSource({"100,4000", "10,5000"})
  void aCounterThatStopsIsStuckButOnlyAfterASecond(double tickMs, long readingMicros) {
    Counter counter = new Counter(tickMs * 1e6, 0, readingMicros * 1000, 0.5, 1);
    EdgePlan plan = new EdgePlan(tickMs * 1e-3);
    ReadingTrack track = new ReadingTrack(1000);
    plan.begin(0, false);
    double frozen = 0;
    double stuckAt = Double.NaN;
    while (counter.now < 6_000_000_000L && Double.isNaN(stuckAt)) {
      counter.now = Math.max(counter.now, plan.nextNanos());
      long start = counter.now;
      double joules = counter.read();
      frozen = counter.now < 2_000_000_000L ? joules : frozen;
      plan.reading(start, counter.now, frozen, track);
      if (plan.stuck(counter.now)) {
        stuckAt = counter.now * 1e-9;
      }
    }
    assertThat(stuckAt).isBetween(2.7, 3.4);
  }
}
