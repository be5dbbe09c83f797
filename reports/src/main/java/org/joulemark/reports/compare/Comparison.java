package org.joulemark.reports.compare;

import java.util.List;
import java.util.stream.Stream;

/**
 * Two runs compared.
 *
 * @param before name of run A
 * @param after name of run B
 * @param hardware a part for each GPU model and driver
 * @param differences of the environments, those that block the comparison first
 * @param unmatched sentences on what only one side has
 * @param forced whether the user wants verdicts in spite of differences that block
 */
public record Comparison(
    String before,
    String after,
    List<HardwareComparison> hardware,
    List<Difference> differences,
    List<String> unmatched,
    boolean forced) {
  /** Nothing is worse. */
  public static final int PASS = 0;

  /** Something takes more time or energy, or does not run any more. */
  public static final int REGRESSION = 1;

  /** Nothing is certainly worse, but something could not be decided. */
  public static final int AMBIGUOUS = 2;

  /** The environments are not comparable. */
  public static final int DIFFERENT_ENVIRONMENTS = 3;

  /** Copies the lists. */
  public Comparison {
    hardware = List.copyOf(hardware);
    differences = List.copyOf(differences);
    unmatched = List.copyOf(unmatched);
  }

  /** All configurations. */
  public Stream<RowComparison> rows() {
    return hardware.stream().flatMap(part -> part.rows().stream());
  }

  /** The differences that forbid the comparison; empty if the user forced it. */
  public List<Difference> blocking() {
    return forced ? List.of() : differences.stream().filter(Difference::blocking).toList();
  }

  /** How many configurations got worse. */
  public long regressions() {
    return rows().filter(RowComparison::isRegression).count();
  }

  /** How many configurations could not be decided and are not worse in anything else. */
  public long ambiguities() {
    return rows().filter(row -> !row.isRegression() && row.has(Verdict.AMBIGUOUS)).count();
  }

  /** How many configurations got better in something and worse in nothing, all decided. */
  public long improvements() {
    return rows()
        .filter(row -> !row.isRegression() && !row.has(Verdict.AMBIGUOUS))
        .filter(row -> row.has(Verdict.FASTER))
        .count();
  }

  /** {@link #PASS}, {@link #REGRESSION}, {@link #AMBIGUOUS} or {@link #DIFFERENT_ENVIRONMENTS}. */
  public int exitCode() {
    if (!blocking().isEmpty()) {
      return DIFFERENT_ENVIRONMENTS;
    }
    if (regressions() > 0) {
      return REGRESSION;
    }
    return ambiguities() > 0 ? AMBIGUOUS : PASS;
  }

  /** The outcome in one sentence. */
  public String headline() {
    if (!blocking().isEmpty()) {
      return "Not compared: the environments differ.";
    }
    long rows = rows().count();
    return (regressions() > 0 ? "Regression" : ambiguities() > 0 ? "Ambiguous" : "Pass")
        + ": of "
        + rows
        + (rows == 1 ? " configuration, " : " configurations, ")
        + regressions()
        + " worse, "
        + ambiguities()
        + " ambiguous, "
        + improvements()
        + " better, "
        + (rows - regressions() - ambiguities() - improvements())
        + " the same.";
  }
}
