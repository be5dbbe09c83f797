package org.joulemark.reports.compare.format;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.joulemark.reports.compare.Comparison;

/** The forms in which a comparison can be written. */
public enum ComparisonFormat {
  /** For a terminal. */
  TEXT("text"),
  /** GitHub's Markdown, every row. */
  MARKDOWN("markdown"),
  /** JUnit's XML. */
  JUNIT("junit"),
  /** Markdown for {@code $GITHUB_STEP_SUMMARY}: what changed on top, the rest folded away. */
  GITHUB_SUMMARY("github-summary"),
  /** github-action-benchmark's customSmallerIsBetter: time and energy of run B. */
  SMALLER_IS_BETTER("smaller-is-better"),
  /** github-action-benchmark's customBiggerIsBetter: efficiency metrics of run B. */
  BIGGER_IS_BETTER("bigger-is-better"),
  /** OpenMetrics' text format, for Prometheus and its kin. */
  OPENMETRICS("openmetrics");

  private final String id;

  ComparisonFormat(String id) {
    this.id = id;
  }

  /** The name on the command line. */
  public String id() {
    return id;
  }

  /** Whether a file of this form is one that other steps write to as well. */
  public boolean appends() {
    return this == GITHUB_SUMMARY;
  }

  /** The comparison in this form, ending with a line break. */
  public String render(Comparison comparison) {
    return switch (this) {
      case TEXT -> TextComparison.render(comparison);
      case MARKDOWN -> MarkdownComparison.render(comparison);
      case JUNIT -> JunitComparison.render(comparison);
      case GITHUB_SUMMARY -> MarkdownComparison.renderSummary(comparison);
      case SMALLER_IS_BETTER -> ActionBenchmark.renderSmaller(comparison);
      case BIGGER_IS_BETTER -> ActionBenchmark.renderBigger(comparison);
      case OPENMETRICS -> OpenMetrics.render(comparison);
    };
  }

  /** All names, for a message. */
  public static String ids() {
    return Arrays.stream(values()).map(ComparisonFormat::id).collect(Collectors.joining(", "));
  }

  /**
   * The form of that name.
   *
   * @throws IllegalArgumentException if there is none, naming those there are
   */
  public static ComparisonFormat of(String id) {
    return Arrays.stream(values())
        .filter(format -> format.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no format '" + id + "'; there are " + ids() + "."));
  }
}
