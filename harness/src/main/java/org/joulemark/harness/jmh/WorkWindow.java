package org.joulemark.harness.jmh;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.metrics.WorkUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bridge between a benchmark's state and the profilers of the same fork. The state says when
 * work begins and ends, which only it knows; the profilers measure in between.
 *
 * <p>JMH makes states and profilers by itself and gives them no common object, so this is static,
 * as are only two other places of the project, which outlive a trial for the same reason: the
 * energy source that is open ({@code OpenWindow}) and the model that is kept ({@code KeptModel} of
 * the benchmarks). One window is open at a time: the state that owns the device is one per
 * benchmark. All methods are safe from any thread; none may be called from a {@code Benchmark}
 * method.
 */
public final class WorkWindow {
  private static @Nullable WindowObserver observer;
  private static @Nullable Open open;
  private static @Nullable ClosedWindow closed;
  private static final List<String[]> NOTES_WAITING = new ArrayList<>();

  private WorkWindow() {}

  /**
   * Begins the window: call at the end of {@code @Setup(Level.Iteration)}, after a device sync.
   * Costs two readings of a clock where no profiler asks for more.
   *
   * @param unit what one operation does
   * @param device what it runs on: {@code cpu}, or {@code cuda:} and the GPU's UUID (several are
   *     separated by commas)
   * @param completedUnits units known to be done so far; readable from any thread
   * @throws IllegalStateException if a window is open already: two states share one window
   */
  public static synchronized void open(WorkUnit unit, String device, LongSupplier completedUnits) {
    if (open != null) {
      throw new IllegalStateException(
          "A work window is open already: it must be opened by one state, and closed in its"
              + " @TearDown(Level.Iteration).");
    }
    closed = null;
    WindowObserver told = observer;
    if (told != null) {
      told.opened(unit, device, completedUnits);
    }
    open = new Open(unit, completedUnits, completedUnits.getAsLong(), System.nanoTime());
  }

  /**
   * Ends the window: call first in {@code @TearDown(Level.Iteration)}, after the drain.
   *
   * @param extra metrics that the state knows, such as the device's own time; the same names in
   *     every iteration
   * @throws IllegalStateException if no window is open
   */
  public static void close(List<Metric> extra) {
    end(() -> extra, null);
  }

  /**
   * Ends the window, and lets a profiler lengthen it first where it has not resolved the energy as
   * finely as it was asked to. JMH's own time per operation does not change by that.
   *
   * @param extra gives metrics that the state knows, the same names in every iteration; asked when
   *     the window is closed, so that the time it takes is in no figure
   * @param moreWork runs one more bounded batch of units (some tenths of a second) and waits for
   *     them; called on this thread, any number of times
   * @throws IllegalStateException if no window is open
   */
  public static void close(Supplier<List<Metric>> extra, Runnable moreWork) {
    end(extra, moreWork);
  }

  private static synchronized void end(Supplier<List<Metric>> extra, @Nullable Runnable moreWork) {
    Open window = open;
    if (window == null) {
      throw new IllegalStateException("No work window is open.");
    }
    double seconds = (System.nanoTime() - window.nanos) * 1e-9;
    long units = window.completedUnits.getAsLong() - window.units;
    WindowObserver told = observer;
    if (told != null) {
      told.closing(moreWork);
    }
    List<Metric> known = List.copyOf(extra.get());
    open = null;
    closed = new ClosedWindow(window.unit, units, seconds, known);
    for (String[] note : NOTES_WAITING) {
      write(note[0], note[1]);
    }
    NOTES_WAITING.clear();
  }

  /**
   * Tells the host a fact in words, such as the algorithm chosen. Written to the file that the
   * system property {@value ForkNotes#PROPERTY} names, dropped without it; never written while a
   * window is open, but after it.
   *
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public static synchronized void note(String key, String value) {
    if (open != null) {
      NOTES_WAITING.add(new String[] {key, value});
    } else {
      write(key, value);
    }
  }

  private static void write(String key, String value) {
    String file = System.getProperty(ForkNotes.PROPERTY);
    if (file != null) {
      ForkNotes.append(Path.of(file), key, value);
    }
  }

  /**
   * Forgets the last window, and what a failed iteration left: its window, and the notes that wait
   * for the end of it, which are of a trial that has no result. For before each iteration, and
   * after a trial that failed in a process that goes on. Notes of a trial's set-up are written at
   * once, and so stay.
   */
  public static synchronized void forget() {
    open = null;
    closed = null;
    NOTES_WAITING.clear();
  }

  /** From now on tells this observer; null for nobody. */
  static synchronized void observe(@Nullable WindowObserver next) {
    observer = next;
  }

  /** The window of this iteration, null if none was opened and closed. */
  static synchronized @Nullable ClosedWindow lastClosed() {
    return closed;
  }

  private record Open(WorkUnit unit, LongSupplier completedUnits, long units, long nanos) {}

  /**
   * A window that has ended.
   *
   * @param unit what was done
   * @param units how many times
   * @param seconds between the drained beginning and the drained end, by the host's clock
   * @param extra what the state published
   */
  record ClosedWindow(WorkUnit unit, long units, double seconds, List<Metric> extra) {}
}
