package org.joulemark.benchmarks.task;

import java.util.List;

/**
 * The items of a sample, ready to run.
 *
 * @param work one unit is the next item
 * @param costs what each item costs
 * @param fidelity of the passes: 1 − the largest relative error found when they were verified
 */
record PreparedItems(ItemsWork work, List<Cost> costs, double fidelity) {

  /**
   * What one item costs on any engine.
   *
   * @param flops floating-point operations
   * @param bytes that no implementation can avoid moving
   */
  record Cost(double flops, double bytes) {}

  /** Of the mean item. */
  double meanFlops() {
    return costs.stream().mapToDouble(Cost::flops).average().orElseThrow();
  }

  /** Of the mean item. */
  double meanBytes() {
    return costs.stream().mapToDouble(Cost::bytes).average().orElseThrow();
  }
}
