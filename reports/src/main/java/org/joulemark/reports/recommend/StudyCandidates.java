package org.joulemark.reports.recommend;

import java.util.List;
import java.util.Optional;
import org.joulemark.reports.result.Sensor;
import org.joulemark.reports.study.Study;

/**
 * Candidates from the study's MMLU table, the one that gives a score beside the energy. One
 * operation is the whole task. The study gives neither times nor watts with it.
 */
public final class StudyCandidates implements CandidateSource {
  private static final double JOULES_PER_WATT_HOUR = 3600;
  private static final String BASELINE = "fp32";

  private final Study study;
  private final Prices prices;

  /**
   * Candidates from {@code study}.
   *
   * @param prices what hardware costs the user
   */
  public StudyCandidates(Study study, Prices prices) {
    this.study = study;
    this.prices = prices;
  }

  @Override
  public List<Candidate> candidates() {
    return study.mmlu().stream().map(this::candidate).toList();
  }

  private Candidate candidate(Study.MmluRow row) {
    Optional<Study.Platform> platform =
        study.platforms().stream()
            .filter(one -> study.mmluDevice().startsWith(one.name()))
            .findFirst();
    return new Candidate(
        "MMLU, the whole task model=" + row.model(),
        study.mmluDevice(),
        row.strategy(),
        "",
        Provenance.STUDY,
        "the study's MMLU table",
        row.accuracyPercent() / baselineAccuracyPercent(row.model()),
        "study",
        row.eor(),
        row.wattHours() * JOULES_PER_WATT_HOUR,
        Double.NaN,
        Double.NaN,
        platform.map(one -> BoardPower.published(one.watts())).orElse(BoardPower.UNKNOWN),
        platform.map(one -> (double) one.memoryGigabytes()).orElse(Double.NaN),
        Sensor.UNKNOWN,
        prices.of(study.mmluDevice()));
  }

  private double baselineAccuracyPercent(String model) {
    return study.mmlu().stream()
        .filter(row -> row.model().equals(model) && row.strategy().equals(BASELINE))
        .mapToDouble(Study.MmluRow::accuracyPercent)
        .findFirst()
        .orElse(Double.NaN);
  }
}
