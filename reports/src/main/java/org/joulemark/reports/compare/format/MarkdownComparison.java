package org.joulemark.reports.compare.format;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.joulemark.reports.compare.Comparison;
import org.joulemark.reports.compare.Difference;
import org.joulemark.reports.compare.HardwareComparison;
import org.joulemark.reports.compare.RowComparison;
import org.joulemark.reports.compare.Verdict;
import org.joulemark.reports.text.Escape;

/** A comparison in GitHub's Markdown: whole, or as a step's summary with what matters on top. */
final class MarkdownComparison {
  /** GitHub takes a mebibyte for one step; what is cut off there would be cut without a word. */
  private static final int LARGEST_SUMMARY = 900_000;

  private MarkdownComparison() {}

  /** Every row. */
  static String render(Comparison comparison) {
    StringBuilder text = new StringBuilder();
    appendHead(text, comparison);
    if (comparison.blocking().isEmpty()) {
      appendRows(text, comparison, row -> true, Integer.MAX_VALUE);
    }
    return text.toString();
  }

  /**
   * A heading, the rows that are not the same, the others folded away; never too long for GitHub.
   */
  static String renderSummary(Comparison comparison) {
    StringBuilder text = new StringBuilder("## Joulemark\n\n");
    appendHead(text, comparison);
    if (comparison.blocking().isEmpty()) {
      appendRows(text, comparison, MarkdownComparison::isNotable, LARGEST_SUMMARY);
      if (comparison.rows().anyMatch(row -> !isNotable(row))) {
        text.append("\n<details><summary>What stayed the same</summary>\n");
        appendRows(text, comparison, row -> !isNotable(row), LARGEST_SUMMARY);
        text.append("\n</details>\n");
      }
    }
    return text.append('\n').toString();
  }

  private static boolean isNotable(RowComparison row) {
    return row.isRegression() || row.has(Verdict.AMBIGUOUS) || row.has(Verdict.FASTER);
  }

  private static void appendHead(StringBuilder text, Comparison comparison) {
    text.append("**").append(Escape.markdown(comparison.headline())).append("**\n\n");
    text.append("A: ").append(Escape.markdown(comparison.before())).append("  \n");
    text.append("B: ").append(Escape.markdown(comparison.after())).append('\n');
    if (!comparison.differences().isEmpty() || !comparison.unmatched().isEmpty()) {
      text.append('\n');
    }
    for (Difference difference : comparison.differences()) {
      text.append(difference.blocking() ? "- not comparable: " : "- differs: ")
          .append(Escape.markdown(difference.sentence()))
          .append('\n');
    }
    comparison.unmatched().forEach(s -> text.append("- ").append(Escape.markdown(s)).append('\n'));
  }

  private static void appendRows(
      StringBuilder text, Comparison comparison, Predicate<RowComparison> shown, int largest) {
    for (HardwareComparison part : comparison.hardware()) {
      Map<RowComparison, String> names = RowText.shortNames(part);
      names.keySet().removeIf(shown.negate());
      if (!names.isEmpty()) {
        text.append("\n### ").append(Escape.markdown(part.hardware().title())).append("\n\n");
        text.append(tableLine(RowText.HEADER));
        text.append("|---|---:|---:|---:|---|---:|---:|---:|---|\n");
        appendWithin(text, names, largest);
      }
    }
  }

  /** As many rows as fit, then how many did not, then the reasons if they fit too. */
  private static void appendWithin(
      StringBuilder text, Map<RowComparison, String> names, int largest) {
    int used = bytes(text.toString());
    int left = names.size();
    for (Map.Entry<RowComparison, String> row : names.entrySet()) {
      String line =
          tableLine(
              RowText.cells(row.getValue(), row.getKey()).stream().map(Escape::markdown).toList());
      used += bytes(line);
      if (used > largest) {
        text.append("\n… and ").append(left).append(" rows more.\n");
        return;
      }
      text.append(line);
      left--;
    }
    text.append('\n');
    for (String reason : RowText.reasons(names)) {
      String line = "- " + Escape.markdown(reason) + "\n";
      used += bytes(line);
      if (used > largest) {
        text.append("- … and more reasons\n");
        return;
      }
      text.append(line);
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String tableLine(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
