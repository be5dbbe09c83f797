package org.joulemark.benchmarks.run;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.joulemark.harness.jmh.EnergyProfiler;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Notices, once in a run, that its iterations are shorter than the energy source needs, while there
 * is still time to begin again. How much it needs is known only where the source is open: in the
 * fork.
 */
final class ShortIterations {
  private boolean said;

  /**
   * The sentence for people, after the first configuration that has no energy for that reason.
   *
   * @param notes what the configuration's fork told
   * @param asked how long an iteration was to last
   */
  Optional<String> notice(Map<String, String> notes, TimeValue asked) {
    double least = Double.parseDouble(notes.getOrDefault(EnergyProfiler.LEAST_ITERATION, "NaN"));
    double seconds = asked.convertTo(TimeUnit.MICROSECONDS) / 1e6;
    if (said || !(seconds < least)) {
      return Optional.empty();
    }
    said = true;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "No energy: an iteration lasts %.2f s and this energy source needs %.2f s or more; stop"
                + " this run and give -r %.0fs.",
            seconds,
            least,
            Math.ceil(least)));
  }
}
