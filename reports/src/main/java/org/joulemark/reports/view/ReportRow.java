package org.joulemark.reports.view;

import org.joulemark.reports.result.LocatedRow;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultRow;

/**
 * One row of a report.
 *
 * @param number from 1, in the order of the inputs
 * @param file where it stands
 * @param fileNumber which of the files that is, from 1
 * @param located the row and its place in the file
 * @param hardware what it was measured on
 */
public record ReportRow(
    int number, ResultFile file, int fileNumber, LocatedRow located, Hardware hardware) {

  /** The result itself. */
  public ResultRow result() {
    return located.row();
  }
}
