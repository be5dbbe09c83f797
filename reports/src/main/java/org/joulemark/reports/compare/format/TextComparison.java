package org.joulemark.reports.compare.format;

import java.util.Map;
import org.joulemark.reports.compare.Comparison;
import org.joulemark.reports.compare.Difference;
import org.joulemark.reports.compare.HardwareComparison;
import org.joulemark.reports.compare.RowComparison;
import org.joulemark.reports.table.TextTable;
import org.joulemark.reports.text.Escape;

/** A comparison for a terminal. */
final class TextComparison {
  private TextComparison() {}

  static String render(Comparison comparison) {
    StringBuilder text = new StringBuilder();
    text.append(comparison.headline()).append('\n');
    text.append("A: ").append(Escape.shown(comparison.before())).append('\n');
    text.append("B: ").append(Escape.shown(comparison.after())).append('\n');
    appendDifferences(text, comparison);
    if (comparison.blocking().isEmpty()) {
      comparison.hardware().forEach(part -> append(text, part));
    }
    comparison.unmatched().forEach(sentence -> text.append(Escape.shown(sentence)).append('\n'));
    return text.toString();
  }

  private static void appendDifferences(StringBuilder text, Comparison comparison) {
    for (Difference difference : comparison.differences()) {
      text.append(difference.blocking() ? "  not comparable: " : "  differs: ")
          .append(Escape.shown(difference.sentence()))
          .append('\n');
    }
    if (!comparison.blocking().isEmpty()) {
      text.append("--force compares all the same.\n");
    } else if (comparison.forced()
        && comparison.differences().stream().anyMatch(Difference::blocking)) {
      text.append("Compared all the same, as --force asks.\n");
    }
  }

  private static void append(StringBuilder text, HardwareComparison part) {
    text.append('\n').append(Escape.shown(part.hardware().title())).append('\n');
    TextTable table = new TextTable(RowText.HEADER, 1);
    Map<RowComparison, String> names = RowText.shortNames(part);
    names.forEach(
        (row, name) -> table.add(RowText.cells(name, row).stream().map(Escape::shown).toList()));
    text.append(table.render());
    RowText.reasons(names)
        .forEach(reason -> text.append("  ").append(Escape.line(reason)).append('\n'));
  }
}
