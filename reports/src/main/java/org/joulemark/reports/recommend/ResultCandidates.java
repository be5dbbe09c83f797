package org.joulemark.reports.recommend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.harness.platform.Environment;
import org.joulemark.harness.platform.GpuCatalogue;
import org.joulemark.reports.compare.EnvironmentFacts;
import org.joulemark.reports.compare.ForkMeans;
import org.joulemark.reports.compare.Hardware;
import org.joulemark.reports.result.LocatedRow;
import org.joulemark.reports.result.OperationTime;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultRow;
import org.joulemark.reports.result.RowEnvironment;
import org.joulemark.reports.result.Sensor;
import org.joulemark.reports.table.SummaryTable;

/** Candidates from results of this suite. */
public final class ResultCandidates implements CandidateSource {
  /** Parameters that say how a work is done, and not what is done. */
  private static final Set<String> HOW =
      Set.of(
          "strategy",
          "precision",
          "calibration",
          "device",
          "engine",
          "library",
          "algo",
          "attention",
          "launch",
          "threads");

  /** Parameters of no consequence for a choice. */
  private static final Set<String> NEITHER = Set.of("seed", "device", "engine", "threads");

  /** The strategy that the others' scores are held against. */
  private static final String BASELINE = "fp32";

  /** A note that is there if the score is a task's, and not a kernel's fidelity. */
  private static final String TASK_SCORE = "score.source";

  /** Stands in the kind of a score that was borrowed from the baseline strategy. */
  private static final String OF_BASELINE = "score of baseline";

  private final List<ResultFile> files;
  private final Prices prices;

  /**
   * Candidates from {@code files}.
   *
   * @param files any number of results
   * @param prices what hardware costs the user
   */
  public ResultCandidates(List<ResultFile> files, Prices prices) {
    this.files = List.copyOf(files);
    this.prices = prices;
  }

  /** One for each row that was measured with energy of a known kind. */
  @Override
  public List<Candidate> candidates() {
    Map<String, Double> baselines = baselineScores();
    List<Candidate> candidates = new ArrayList<>();
    for (ResultFile file : files) {
      for (LocatedRow located : file.rows()) {
        ResultRow row = located.row();
        Optional<Provenance> provenance = provenance(row);
        if (row.outcome() == Outcome.OK && provenance.isPresent() && !strategy(row).isEmpty()) {
          candidates.add(
              candidate(
                  row,
                  provenance.get(),
                  RowEnvironment.of(row, file.environment()),
                  file.file() + ":" + located.place(),
                  baselines));
        }
      }
    }
    return candidates;
  }

  private Candidate candidate(
      ResultRow row,
      Provenance provenance,
      Optional<Environment> environment,
      String source,
      Map<String, Double> baselines) {
    String hardware = Hardware.of(environment).name();
    return new Candidate(
        work(row),
        hardware,
        strategy(row),
        variant(row),
        provenance,
        source,
        retention(row, baselines),
        row.scoreKind(),
        row.metric("eor").value(),
        row.metric("energy").value(),
        mean(ForkMeans.secondsPerOperation(OperationTime.of(row))),
        row.metric("power").value(),
        board(environment, hardware),
        memoryGigabytes(environment),
        sensor(row, environment, hardware),
        prices.of(hardware));
  }

  /** Mean score of the baseline strategy for each work that has a task's score. */
  private Map<String, Double> baselineScores() {
    Map<String, Double> scores = new LinkedHashMap<>();
    files.stream()
        .flatMap(file -> file.rows().stream())
        .map(LocatedRow::row)
        .filter(row -> row.outcome() == Outcome.OK && row.notes().containsKey(TASK_SCORE))
        .filter(row -> strategy(row).toLowerCase(Locale.ROOT).equals(BASELINE))
        .forEach(row -> scores.putIfAbsent(work(row), row.metric("score").value()));
    return scores;
  }

  /**
   * A kernel's score is its fidelity to the exact result, which scores 1. A task's is held against
   * the baseline strategy's in the same results; one that is only borrowed from the baseline says
   * nothing of this strategy.
   */
  private static double retention(ResultRow row, Map<String, Double> baselines) {
    double score = row.metric("score").value();
    if (!row.notes().containsKey(TASK_SCORE)) {
      return score;
    }
    boolean borrowed = row.metric("score.kind").unit().contains(OF_BASELINE);
    boolean baseline = strategy(row).toLowerCase(Locale.ROOT).equals(BASELINE);
    if (borrowed && !baseline) {
      return Double.NaN;
    }
    return baseline ? 1 : score / baselines.getOrDefault(work(row), Double.NaN);
  }

  private static Optional<Provenance> provenance(ResultRow row) {
    return switch (row.energyKind()) {
      case "measured" -> Optional.of(Provenance.MEASURED);
      case "integrated" -> Optional.of(Provenance.INTEGRATED);
      case "modelled" -> Optional.of(Provenance.MODELLED);
      default -> Optional.empty();
    };
  }

  private static String strategy(ResultRow row) {
    return row.params().getOrDefault("strategy", row.params().getOrDefault("precision", ""));
  }

  private static String work(ResultRow row) {
    return SummaryTable.shortName(row.benchmark())
        + new TreeMap<>(row.params())
            .entrySet().stream()
                .filter(param -> !HOW.contains(param.getKey()) && !NEITHER.contains(param.getKey()))
                .map(param -> " " + param.getKey() + "=" + param.getValue())
                .collect(Collectors.joining());
  }

  private static String variant(ResultRow row) {
    return new TreeMap<>(row.params())
        .entrySet().stream()
            .filter(param -> HOW.contains(param.getKey()) && !NEITHER.contains(param.getKey()))
            .filter(param -> !param.getValue().equals(strategy(row)))
            .map(param -> param.getKey() + "=" + param.getValue())
            .collect(Collectors.joining(" "));
  }

  private static BoardPower board(Optional<Environment> environment, String hardware) {
    return environment
        .flatMap(known -> EnvironmentFacts.gpuState(known, "power.limit.watts"))
        .map(limit -> BoardPower.set(number(limit)))
        .or(
            () ->
                GpuCatalogue.standard()
                    .find(hardware)
                    .map(gpu -> BoardPower.published(gpu.boardWatts())))
        .orElse(BoardPower.UNKNOWN);
  }

  private static Sensor sensor(ResultRow row, Optional<Environment> environment, String hardware) {
    String uuid =
        environment
            .map(known -> known.engine().getOrDefault(RowEnvironment.DEVICE_UUID, ""))
            .orElse("");
    return Sensor.of(row, hardware, uuid);
  }

  private static double memoryGigabytes(Optional<Environment> environment) {
    return environment
        .map(known -> known.engine().getOrDefault("device.memory.bytes", ""))
        .map(bytes -> number(bytes) / 1e9)
        .orElse(Double.NaN);
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      // A fact that is no number is an unknown figure, which the recommendation says.
      return Double.NaN;
    }
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }
}
