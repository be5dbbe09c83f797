package org.joulemark.reports.page;

import java.util.List;

/**
 * Which parameters say how a work unit is carried out. All others say what it is, and results are
 * comparable only where those agree; a parameter that is new is taken for one of them.
 */
final class WorkParams {
  /** Where, with what and how a work unit is carried out. */
  static final List<String> HOW =
      List.of(
          "strategy",
          "precision",
          "calibration",
          "engine",
          "device",
          "threads",
          "library",
          "algo",
          "launch",
          "attention",
          "seed");

  private WorkParams() {}
}
