package org.joulemark.kernels.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Picks the fastest of several implementations by timing them in turn; the first one, oneDNN's own
 * choice, is kept unless another is at least two per cent faster. What else the machine does only
 * ever adds time, so the shortest of the interleaved measurements counts.
 */
final class DnnlTuner {
  private static final double WIN = 0.98;
  private static final double HOPELESS = 1.5;
  private static final int ROUNDS = 9;
  private static final int ROUNDS_FOR_ALL = 3;
  private static final double BUDGET_SECONDS = 2.0;
  private static final double SAMPLE_SECONDS = 2e-3;
  private static final int MOST_RUNS = 1000;

  private DnnlTuner() {}

  /**
   * What was chosen.
   *
   * @param candidate runs
   * @param facts what was compared, in stable dotted keys
   */
  record Choice(DnnlCandidate candidate, Map<String, String> facts) {}

  /** Chooses and closes the others. */
  static Choice choose(List<DnnlCandidate> candidates) {
    if (candidates.size() == 1) {
      return new Choice(candidates.get(0), Map.of());
    }
    List<Contender> contenders = new ArrayList<>();
    for (DnnlCandidate candidate : candidates) {
      contenders.add(new Contender(candidate));
    }
    race(contenders);

    Contender first = contenders.get(0);
    Contender fastest = first;
    for (Contender contender : contenders) {
      if (contender.seconds < fastest.seconds && contender.seconds < WIN * first.seconds) {
        fastest = contender;
      }
    }
    String compared =
        contenders.stream().map(Contender::toString).collect(Collectors.joining(", "));
    for (Contender contender : contenders) {
      if (contender != fastest) {
        contender.candidate.close();
      }
    }
    return new Choice(fastest.candidate, Map.of("algorithm.candidates", compared));
  }

  private static void race(List<Contender> contenders) {
    double spentSeconds = 0;
    for (Contender contender : contenders) {
      // The first run touches every page and fills the caches; it only tells how many runs fit.
      spentSeconds += contender.measure();
    }
    if (spentSeconds > BUDGET_SECONDS) {
      // Runs that long are hardly longer for being the first.
      return;
    }
    for (Contender contender : contenders) {
      contender.runs = (int) Math.max(1, Math.min(MOST_RUNS, SAMPLE_SECONDS / contender.seconds));
      contender.seconds = Double.POSITIVE_INFINITY;
    }
    List<Contender> racing = new ArrayList<>(contenders);
    for (int round = 0; round < ROUNDS && spentSeconds < BUDGET_SECONDS; round++) {
      for (Contender contender : racing) {
        spentSeconds += contender.measure();
      }
      if (round + 1 == ROUNDS_FOR_ALL) {
        double bestSeconds = racing.stream().mapToDouble(c -> c.seconds).min().orElseThrow();
        racing.removeIf(contender -> contender.seconds > HOPELESS * bestSeconds);
      }
    }
  }

  private static final class Contender {
    private final DnnlCandidate candidate;
    private int runs = 1;
    private double seconds = Double.POSITIVE_INFINITY;

    Contender(DnnlCandidate candidate) {
      this.candidate = candidate;
    }

    /** Returns what it took in all; keeps the shortest time of a run. */
    double measure() {
      long start = System.nanoTime();
      for (int i = 0; i < runs; i++) {
        candidate.run();
      }
      double elapsed = (System.nanoTime() - start) * 1e-9;
      seconds = Math.min(seconds, elapsed / runs);
      return elapsed;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s %.4g ms", candidate.implementation(), seconds * 1e3);
    }
  }
}
