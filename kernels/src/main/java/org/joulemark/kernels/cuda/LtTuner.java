package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Finds the fastest of cuBLASLt's algorithms for one problem by timing them on the operand sets in
 * turn: all briefly, then the best ones longer and interleaved with the library's first choice,
 * which is kept unless another is at least two per cent faster. The brief pass ends when its time
 * is over or when many in a row have brought nothing.
 */
final class LtTuner {
  private static final double WIN = 0.98;
  private static final int FINALISTS = 6;
  private static final int ROUNDS = 9;
  private static final double COARSE_SECONDS = 200e-6;
  private static final double FINE_SECONDS = 1.5e-3;
  private static final int FEWEST_LAUNCHES = 2;
  private static final int MOST_LAUNCHES = 200;
  private static final double HOPELESS = 1.5;
  private static final int MOST_ENUMERATED = 600;
  private static final double SEARCH_SHARE = 0.125;
  private static final int PATIENCE = 80;
  private static final double IMPROVEMENT = 0.995;
  private static final double LONG_UNIT_SECONDS = 1e-3;
  private static final double COARSE_SHARE = 0.8;

  private final LtProblem problem;
  private final CublasLtGemm gemm;
  private final CudaStream stream;
  private final boolean clusters;
  private final double budgetSeconds;
  private int nextSet;

  /**
   * For a planned GEMM.
   *
   * @param clusters whether the GPU has thread block clusters
   * @param budgetSeconds time for searching and coarse timing; the final comes on top
   */
  LtTuner(
      LtProblem problem,
      CublasLtGemm gemm,
      CudaStream stream,
      boolean clusters,
      double budgetSeconds) {
    this.problem = problem;
    this.gemm = gemm;
    this.stream = stream;
    this.clusters = clusters;
    this.budgetSeconds = budgetSeconds;
  }

  /** An algorithm and its time in the coarse pass. */
  private record Timed(LtAlgorithm algorithm, double seconds) {}

  /**
   * Times the candidates and more.
   *
   * @param candidates the library's own, its first choice first; not empty
   * @param key what the choice depends on
   */
  LtChoice tune(List<LtAlgorithm> candidates, Map<String, String> key) {
    long begin = System.nanoTime();
    LtAlgorithm first = candidates.get(0);
    List<LtAlgorithm> all = new ArrayList<>(candidates);
    all.addAll(
        new LtEnumeration(problem, clusters)
            .beyond(candidates, budgetSeconds * SEARCH_SHARE, MOST_ENUMERATED));
    List<Timed> timed = new ArrayList<>();
    double best = Double.POSITIVE_INFINITY;
    int sinceImprovement = 0;
    for (int i = 0; i < all.size(); i++) {
      boolean enough =
          sinceImprovement > PATIENCE || secondsSince(begin) > budgetSeconds * COARSE_SHARE;
      if (i >= candidates.size() && enough) {
        break;
      }
      double seconds = coarse(all.get(i), best);
      sinceImprovement = seconds < IMPROVEMENT * best ? 0 : sinceImprovement + 1;
      if (seconds < Double.POSITIVE_INFINITY) {
        timed.add(new Timed(all.get(i), seconds));
        best = Math.min(best, seconds);
      }
    }
    return finals(first, timed, key);
  }

  private LtChoice finals(LtAlgorithm first, List<Timed> timed, Map<String, String> key) {
    List<LtAlgorithm> finalists = new ArrayList<>();
    finalists.add(first);
    timed.stream()
        .sorted(Comparator.comparingDouble(Timed::seconds))
        .map(Timed::algorithm)
        .filter(algorithm -> !algorithm.equals(first))
        .limit(FINALISTS)
        .forEach(finalists::add);
    double[][] seconds = new double[finalists.size()][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < finalists.size(); i++) {
        gemm.use(finalists.get(i));
        seconds[i][round] = time(launchesFor(FINE_SECONDS, seconds[i][0]));
      }
    }
    int winner = winner(seconds);
    LtAlgorithm chosen = finalists.get(winner);
    gemm.use(chosen);
    return new LtChoice(
        key,
        chosen.words(),
        chosen.workspaceBytes(),
        median(seconds[0]),
        median(seconds[winner]),
        timed.size());
  }

  /** The fastest by median, or 0, the first choice, if none is clearly faster. */
  static int winner(double[][] seconds) {
    int fastest = 0;
    for (int i = 1; i < seconds.length; i++) {
      if (median(seconds[i]) < median(seconds[fastest])) {
        fastest = i;
      }
    }
    return median(seconds[fastest]) <= WIN * median(seconds[0]) ? fastest : 0;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Seconds per unit, infinite if the algorithm does not run or is hopeless. */
  private double coarse(LtAlgorithm algorithm, double best) {
    gemm.use(algorithm);
    // The first launch loads code; it also shows whether the library takes the algorithm.
    if (gemm.tryLaunch(advance()) != CudaCheck.SUCCESS) {
      return Double.POSITIVE_INFINITY;
    }
    double once = time(1);
    if (once > HOPELESS * best && once > COARSE_SECONDS) {
      return Double.POSITIVE_INFINITY;
    }
    return time(launchesFor(COARSE_SECONDS, once));
  }

  private double time(int launches) {
    try (CudaEvent begin = new CudaEvent();
        CudaEvent end = new CudaEvent()) {
      begin.record(stream);
      for (int i = 0; i < launches; i++) {
        gemm.launch(advance());
      }
      end.record(stream);
      end.await();
      return end.secondsSince(begin) / launches;
    }
  }

  private int advance() {
    int set = nextSet;
    nextSet = nextSet + 1 == gemm.sets() ? 0 : nextSet + 1;
    return set;
  }

  private static int launchesFor(double seconds, double secondsPerUnit) {
    if (secondsPerUnit > LONG_UNIT_SECONDS) {
      return 1;
    }
    double launches = secondsPerUnit > 0 ? Math.ceil(seconds / secondsPerUnit) : FEWEST_LAUNCHES;
    return (int) Math.max(FEWEST_LAUNCHES, Math.min(MOST_LAUNCHES, launches));
  }

  private static double secondsSince(long begin) {
    return (System.nanoTime() - begin) * 1e-9;
  }
}
