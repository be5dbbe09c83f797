package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.Strategy;

/** A strategy with its options. One file each; {@link Strategies} lists them. */
interface StrategyFamily {

  /** The name before the first slash. */
  String name();

  /** One line for people. */
  String definition();

  /**
   * The options with their defaults, for people: {@code [/per-token|/per-tensor[/CALIBRATION]]}.
   */
  String options();

  /**
   * The strategy with those options; its id is canonical, so that two spellings of one strategy are
   * equal.
   *
   * @param options what follows the name, split at slashes; empty for the defaults
   * @throws IllegalArgumentException with one sentence about an option that is not known
   */
  Strategy parse(List<String> options);
}
