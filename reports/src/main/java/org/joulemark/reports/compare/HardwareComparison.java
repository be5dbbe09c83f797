package org.joulemark.reports.compare;

import java.util.List;

/**
 * The configurations of one GPU model under one driver, or of one processor.
 *
 * @param hardware run B's, which is run A's too unless the comparison was forced
 * @param rows in run A's order
 */
public record HardwareComparison(Hardware hardware, List<RowComparison> rows) {
  /** Copies the list. */
  public HardwareComparison {
    rows = List.copyOf(rows);
  }
}
