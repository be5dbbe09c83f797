package org.joulemark.benchmarks.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.Work;
import org.junit.jupiter.api.Test;

class DecisionWindowTest {
  private static final long SECOND = 1_000_000_000;

  /** Each unit decides four calls, one in INT8, in an eighth of a second. */
  private static final class Deciding implements Work {
    private long units;

    @Override
    public void submit() {
      units++;
    }

    @Override
    public void drain() {}

    @Override
    public long completed() {
      return units;
    }

    @Override
    public Optional<Decisions> decisions() {
      return Optional.of(new Decisions(4 * units, units, 0.125 * units));
    }

    @Override
    public void close() {}
  }

  @Test
  void theShareIsOfTheTimeFromTheStartOfTheWork() {
    Deciding work = new Deciding();
    AtomicLong clock = new AtomicLong(7 * SECOND);
    work.submit();
    DecisionWindow window = DecisionWindow.open(work, clock::get).orElseThrow();
    // The energy source is opened.
    clock.addAndGet(3 * SECOND);
    window.start();
    work.submit();
    work.submit();
    clock.addAndGet(SECOND);
    assertThat(window.close())
        .extracting(Metric::name, Metric::value)
        .containsExactly(
            tuple("dynamic.int8.share", 0.25),
            tuple("dynamic.decide.time", 0.125),
            tuple("dynamic.decide.share", 0.25));
  }
}
