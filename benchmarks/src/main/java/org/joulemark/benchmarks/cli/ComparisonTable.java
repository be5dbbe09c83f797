package org.joulemark.benchmarks.cli;

import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.reports.table.TextTable;

/** Comparisons of tensors for people, one row a tensor. */
final class ComparisonTable {
  private static final String GREEDY =
      "greedy: positions and token numbers; its error is how far the chosen token's logit lies above"
          + " the expected one's, over the norm of the logits.\n";

  private ComparisonTable() {}

  /** The rows in their order. */
  static String render(List<TensorComparison> rows) {
    TextTable table =
        new TextTable(
            List.of(
                "tensor",
                "verdict",
                "numbers",
                "max |error|",
                "relative error",
                "bound",
                "worst at",
                "there",
                "expected"),
            2);
    for (TensorComparison row : rows) {
      table.add(
          List.of(
              row.name(),
              row.passed() ? "ok" : "WRONG",
              String.format(Locale.ROOT, "%,d", row.elements()),
              String.format(Locale.ROOT, "%.3g", row.maxAbsolute()),
              String.format(Locale.ROOT, "%.3g", row.relativeFrobenius()),
              String.format(Locale.ROOT, "%.3g", row.bound()),
              row.worstIndex().toString(),
              String.format(Locale.ROOT, "%.6g", row.worstActual()),
              String.format(Locale.ROOT, "%.6g", row.worstExpected())));
    }
    boolean greedy = rows.stream().anyMatch(row -> row.name().equals("greedy"));
    return table.render()
        + "Relative error: Frobenius norm of the difference over that of what is expected.\n"
        + (greedy ? GREEDY : "");
  }
}
