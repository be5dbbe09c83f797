package org.joulemark.harness.metrics;

/**
 * The fixed amount of work that one operation of a benchmark does: what every figure is divided by.
 *
 * @param name such as {@code gemm qwen2.5-7b/gate_up}
 * @param flops floating-point (or integer) operations per unit, a multiply-add counting as two; NaN
 *     where it does not apply
 * @param bytes compulsory memory traffic per unit; NaN where it does not apply
 * @param score the task performance score of a unit in [0, 1]; NaN where none is known
 * @param scoreOf what the score is: {@code fidelity}, or a task's name
 * @param tokens tokens that a unit processes or produces; NaN where there is no token
 * @param unitsPerTask units that make up a whole task; NaN where the unit is no part of one
 * @param round units after which the work repeats: 1 where each unit is like every other
 */
public record WorkUnit(
    String name,
    double flops,
    double bytes,
    double score,
    String scoreOf,
    double tokens,
    double unitsPerTask,
    int round) {

  /** A unit that is no part of a task. */
  public WorkUnit(
      String name, double flops, double bytes, double score, String scoreOf, double tokens) {
    this(name, flops, bytes, score, scoreOf, tokens, Double.NaN, 1);
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if the score is outside [0, 1], a count is negative, or a task
   *     or a round has no units
   */
  public WorkUnit {
    if (score < 0 || score > 1) {
      throw new IllegalArgumentException("score of " + name + " must be in [0, 1], not " + score);
    }
    if (flops < 0 || bytes < 0 || tokens < 0) {
      throw new IllegalArgumentException("counts of " + name + " must not be negative");
    }
    if (unitsPerTask <= 0 || round < 1) {
      throw new IllegalArgumentException("a task and a round of " + name + " need units");
    }
  }

  /** Whether the unit is a part of a task, so that there are figures of the whole task. */
  public boolean partOfTask() {
    return !Double.isNaN(unitsPerTask);
  }
}
