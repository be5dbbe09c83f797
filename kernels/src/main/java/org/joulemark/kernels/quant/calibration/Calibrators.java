package org.joulemark.kernels.quant.calibration;

import java.util.List;
import java.util.stream.Collectors;

/** Every calibrator by name. A new one is a {@link Calibrator} and a line here. */
public final class Calibrators {
  private static final List<Calibrator> ALL =
      List.of(new MeanSquaredError(), new MinMax(), new Percentile(), new Entropy());

  private Calibrators() {}

  /** All of them. */
  public static List<Calibrator> all() {
    return ALL;
  }

  /**
   * The calibrator of that name.
   *
   * @throws IllegalArgumentException naming the valid ones
   */
  public static Calibrator get(String id) {
    return ALL.stream()
        .filter(calibrator -> calibrator.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "calibration "
                        + id
                        + " is not known; choose from "
                        + ALL.stream().map(Calibrator::id).collect(Collectors.joining(", "))
                        + "."));
  }
}
