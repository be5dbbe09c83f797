package org.joulemark.kernels.quant.calibration;

import java.util.List;
import org.joulemark.kernels.quant.LayerScales;

/**
 * What a calibration has found, with everything that it follows from.
 *
 * @param model id of the model
 * @param weights where its weights come from: {@code seeded}, or a checkpoint's folder
 * @param strategy id of the strategy that it is for, which names how scales are fitted
 * @param inputs what the activations of the calibration set are: {@code normal}, {@code outliers},
 *     {@code tokens}
 * @param tokens rows of the calibration set
 * @param seed of what is made up
 * @param layers of each layer from the first on
 */
public record Calibration(
    String model,
    String weights,
    String strategy,
    String inputs,
    int tokens,
    long seed,
    List<LayerScales> layers) {

  /** Copies the list, which must not be empty. */
  public Calibration {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("A calibration is of one layer at least.");
    }
  }

  /** Whether both are of the same model, strategy and calibration set, whatever was found. */
  public boolean sameQuestion(Calibration other) {
    return equals(
        new Calibration(
            other.model,
            other.weights,
            other.strategy,
            other.inputs,
            other.tokens,
            other.seed,
            layers));
  }
}
