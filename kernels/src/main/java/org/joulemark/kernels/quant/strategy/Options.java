package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.ActivationScaling;

/** What families share in reading their options. */
final class Options {
  /** How static scales can be fitted; the first is the default. */
  static final List<String> CALIBRATIONS = List.of("mse", "minmax", "percentile", "entropy");

  private Options() {}

  /** Refuses options beyond those that a family has. */
  static void atMost(int most, List<String> options, StrategyFamily family) {
    if (options.size() > most) {
      throw new IllegalArgumentException(
          "strategy="
              + family.name()
              + " has the options "
              + (family.options().isEmpty() ? "none" : family.options())
              + ", not /"
              + String.join("/", options)
              + ".");
    }
  }

  /** The option at an index, or the default. */
  static String choose(List<String> options, int index, List<String> known, StrategyFamily family) {
    if (index >= options.size()) {
      return known.get(0);
    }
    String option = options.get(index);
    if (!known.contains(option)) {
      throw new IllegalArgumentException(
          "strategy="
              + family.name()
              + ": "
              + option
              + " is not known; choose from "
              + String.join(", ", known)
              + ".");
    }
    return option;
  }

  /** A number in (0, most], or the default. */
  static double number(
      List<String> options, int index, double standard, double most, StrategyFamily family) {
    if (index >= options.size()) {
      return standard;
    }
    try {
      double value = Double.parseDouble(options.get(index));
      if (value > 0 && value <= most) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // Falls through to the sentence below, which is the same for every bad number.
    }
    throw new IllegalArgumentException(
        "strategy="
            + family.name()
            + ": "
            + options.get(index)
            + " must be a number above 0 and at most "
            + most
            + ".");
  }

  /** Scaling by name; the first known one is the default. */
  static ActivationScaling scaling(
      List<String> options, int index, ActivationScaling standard, StrategyFamily family) {
    String other =
        standard == ActivationScaling.PER_TOKEN
            ? ActivationScaling.PER_TENSOR.id()
            : ActivationScaling.PER_TOKEN.id();
    String chosen = choose(options, index, List.of(standard.id(), other), family);
    return chosen.equals(ActivationScaling.PER_TOKEN.id())
        ? ActivationScaling.PER_TOKEN
        : ActivationScaling.PER_TENSOR;
  }
}
