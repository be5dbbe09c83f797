package org.joulemark.benchmarks.run;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.reports.result.ResultRow;
import org.joulemark.reports.table.Quantity;
import org.joulemark.reports.table.SummaryTable;

/**
 * One line when a configuration starts, one when it ends, with how far the run is and how long it
 * will still take.
 */
final class Progress {
  /**
   * What starting forks, preparing and verifying costs until the first configuration has shown it.
   */
  private static final double ASSUMED_OVERHEAD_SECONDS = 2.5;

  private final PrintStream out;
  private final int total;
  private final Set<String> varying;
  private double plannedSecondsLeft;
  private double overheadSeconds;
  private int done;

  Progress(PrintStream out, int total, double plannedSeconds, Set<String> varying) {
    this.out = out;
    this.total = total;
    this.varying = varying;
    this.plannedSecondsLeft = plannedSeconds;
  }

  void start(Configuration configuration) {
    out.printf(
        Locale.ROOT,
        "[%d/%d, %s left] %s%n",
        done + 1,
        total,
        left(),
        configuration.label(varying));
    out.flush();
  }

  void end(double plannedSeconds, double wallSeconds, List<ResultRow> rows) {
    done++;
    plannedSecondsLeft -= plannedSeconds;
    overheadSeconds += Math.max(0, wallSeconds - plannedSeconds);
    for (ResultRow row : rows) {
      out.println("    " + summary(row));
    }
    out.flush();
  }

  /** Until something has been measured, what preparing it takes is not known, which may be most. */
  private String left() {
    return (done == 0 ? "at least " : "") + clock(secondsLeft());
  }

  private double secondsLeft() {
    double overhead = done == 0 ? ASSUMED_OVERHEAD_SECONDS : overheadSeconds / done;
    return plannedSecondsLeft + overhead * (total - done);
  }

  private static String summary(ResultRow row) {
    if (row.outcome() != Outcome.OK) {
      return row.outcome().id() + ": " + row.reason();
    }
    return SummaryTable.time(row)
        + "/op, "
        + Quantity.format(row.metric("flop.rate").value(), "FLOP/s")
        + ", "
        + Quantity.format(row.metric("energy").value(), "J/op")
        + (row.energyKind().isEmpty() ? "" : " (" + row.energyKind() + ")")
        + ", EOR "
        + Quantity.format(row.metric("eor").value(), "/Wh");
  }

  static String clock(double seconds) {
    Duration left = Duration.ofSeconds(Math.max(0, Math.round(seconds)));
    return left.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", left.toMinutesPart(), left.toSecondsPart());
  }
}
