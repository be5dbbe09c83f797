package org.joulemark.benchmarks.task;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.DeviceTimes;
import org.joulemark.kernels.engine.Work;

/**
 * Items one after another, over and over: one unit is the next item, made of the works of its
 * passes. After each item the device is drained, so that the count of items done keeps up with it
 * whichever works they were made of; the pause is a few ten microseconds. Of items that last less
 * than some milliseconds it is drained after several, always the same ones of a round.
 */
final class ItemsWork implements Work {
  private static final double SECONDS_BETWEEN_DRAINS = 5e-3;

  /**
   * A pass of an item.
   *
   * @param work the pass
   * @param times how often
   */
  record Step(Work work, int times) {}

  private final Step[][] items;
  private final int[][] workOfStep;
  private final Work[] works;
  // Waiting for a work costs some ten microseconds even if it has nothing to do, and a sample may
  // have hundreds: only those that were submitted since the last time are waited for.
  private final boolean[] pending;
  private final Supplier<Optional<Decisions>> decisions;
  private final int itemsBetweenDrains;
  // A work's times lie between two of its own ends: without a drain in between, what other works do
  // there is in them.
  private final boolean timesAreAlone;
  private int next;
  private int sinceDrain;
  private long submitted;
  private volatile long completed;

  /**
   * Runs some items, to see how long one takes.
   *
   * @param items the steps of each item, in order; each work counts its decisions by itself
   */
  ItemsWork(List<List<Step>> items) {
    this(items, () -> sum(items));
  }

  /**
   * Of works that may share what counts their decisions.
   *
   * @param decisions what all of them have decided, each call counted once
   */
  ItemsWork(List<List<Step>> items, Supplier<Optional<Decisions>> decisions) {
    this.decisions = decisions;
    this.items = items.stream().map(item -> item.toArray(Step[]::new)).toArray(Step[][]::new);
    Map<Work, Integer> places = new LinkedHashMap<>();
    items.forEach(item -> item.forEach(step -> places.putIfAbsent(step.work(), places.size())));
    this.works = places.keySet().toArray(Work[]::new);
    this.workOfStep =
        items.stream()
            .map(
                item ->
                    item.stream().mapToInt(step -> places.getOrDefault(step.work(), 0)).toArray())
            .toArray(int[][]::new);
    this.pending = new boolean[works.length];
    this.itemsBetweenDrains = divisor(this.items.length, SECONDS_BETWEEN_DRAINS / secondsPerItem());
    int uses =
        Arrays.stream(workOfStep).mapToInt(of -> (int) Arrays.stream(of).distinct().count()).sum();
    this.timesAreAlone = itemsBetweenDrains == 1 || uses == works.length;
  }

  /** The largest divisor that is no larger than that, and 1 at least. */
  private static int divisor(int of, double most) {
    int divisor = (int) Math.max(1, Math.min(of, most));
    while (of % divisor != 0) {
      divisor--;
    }
    return divisor;
  }

  private static Optional<Decisions> sum(List<List<Step>> items) {
    return items.stream()
        .flatMap(List::stream)
        .map(Step::work)
        .distinct()
        .flatMap(work -> work.decisions().stream())
        .reduce(Decisions::plus);
  }

  private double secondsPerItem() {
    long begin = System.nanoTime();
    double seconds = 0;
    int done = 0;
    while (seconds < SECONDS_BETWEEN_DRAINS && done < items.length) {
      run(done);
      drainWorks();
      done++;
      seconds = (System.nanoTime() - begin) * 1e-9;
    }
    return seconds / done;
  }

  private void run(int item) {
    for (int s = 0; s < items[item].length; s++) {
      Step step = items[item][s];
      pending[workOfStep[item][s]] = true;
      for (int i = 0; i < step.times(); i++) {
        step.work().submit();
      }
    }
  }

  private void drainWorks() {
    for (int i = 0; i < works.length; i++) {
      if (pending[i]) {
        works[i].drain();
        pending[i] = false;
      }
    }
  }

  /** Leaves out the next {@code count} items. */
  void skip(int count) {
    next = (next + count) % items.length;
  }

  /** Items submitted so far. */
  long submitted() {
    return submitted;
  }

  @Override
  public void submit() {
    run(next);
    next = next + 1 == items.length ? 0 : next + 1;
    submitted++;
    sinceDrain++;
    if (sinceDrain == itemsBetweenDrains) {
      drain();
    }
  }

  @Override
  public void drain() {
    drainWorks();
    sinceDrain = 0;
    completed = submitted;
  }

  @Override
  public long completed() {
    return completed;
  }

  /**
   * The mean item's time: that of its passes, each at its own mean or median. Percentiles of sums
   * are not known, and of items so short that several with the same passes run without a drain
   * neither are the means.
   */
  @Override
  public DeviceTimes deviceTimes() {
    long samples = Arrays.stream(works).mapToLong(work -> work.deviceTimes().samples()).sum();
    return new DeviceTimes(
        timesAreAlone ? mean(DeviceTimes::meanSeconds) : Double.NaN,
        timesAreAlone ? mean(DeviceTimes::medianSeconds) : Double.NaN,
        Double.NaN,
        Double.NaN,
        samples);
  }

  private double mean(ToDoubleFunction<DeviceTimes> figure) {
    double sum = 0;
    for (Step[] item : items) {
      for (Step step : item) {
        sum += step.times() * figure.applyAsDouble(step.work().deviceTimes());
      }
    }
    return sum / items.length;
  }

  @Override
  public void resetDeviceTimes() {
    for (Work work : works) {
      work.resetDeviceTimes();
    }
  }

  @Override
  public Optional<Decisions> decisions() {
    return decisions.get();
  }

  /** Of all passes, as {@link PassFacts} puts them together. */
  @Override
  public Map<String, String> facts() {
    return PassFacts.of(Arrays.asList(works));
  }

  @Override
  public void close() {
    Closing.all(Arrays.asList(works), Work::close);
  }
}
