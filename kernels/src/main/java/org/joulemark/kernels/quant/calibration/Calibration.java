package org.joulemark.kernels.quant.calibration;

import java.util.List;
import java.util.Map;
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
 * @param notes how it came about, in stable dotted keys: a training's steps, losses and times
 */
public record Calibration(
    String model,
    String weights,
    String strategy,
    String inputs,
    int tokens,
    long seed,
    List<LayerScales> layers,
    Map<String, String> notes) {

  /** Without notes. */
  public Calibration(
      String model,
      String weights,
      String strategy,
      String inputs,
      int tokens,
      long seed,
      List<LayerScales> layers) {
    this(model, weights, strategy, inputs, tokens, seed, layers, Map.of());
  }

  /** Copies the list, which must not be empty. */
  public Calibration {
    layers = List.copyOf(layers);
    notes = Map.copyOf(notes);
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
            layers,
            notes));
  }
}
