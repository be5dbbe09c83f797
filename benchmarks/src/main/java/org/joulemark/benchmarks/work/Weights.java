package org.joulemark.benchmarks.work;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.model.Checkpoint;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelFormatException;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorKind;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;

/**
 * A model with its numbers: those of a checkpoint, or seeded ones with the spread of real ones.
 *
 * @param shape the model
 * @param model the weights of the whole model, under the names of {@link
 *     org.joulemark.kernels.model.ModelTensors#of}
 * @param layer the weights of the model's first layer, under the names of {@link
 *     LayerTensors#alone}, with seeded input and cache
 */
public record Weights(ModelShape shape, TensorSource model, TensorSource layer) {
  /** The value of the parameter {@code checkpoint} that stands for seeded weights. */
  public static final String NO_CHECKPOINT = "none";

  /**
   * The weights that a benchmark's parameters name.
   *
   * @param model an id of the catalogue; not looked at where there is a checkpoint
   * @param checkpoint a Hugging Face folder, or {@value #NO_CHECKPOINT}
   * @param seed of whatever is made up
   * @throws IllegalArgumentException for a model that is not in the catalogue
   * @throws ModelFormatException for a folder that is no checkpoint of a known family
   */
  public static Weights of(String model, String checkpoint, long seed) {
    SeededTensors seeded = new SeededTensors(seed);
    if (checkpoint.equals(NO_CHECKPOINT)) {
      return new Weights(ModelCatalogue.standard().get(model), seeded, seeded);
    }
    Checkpoint opened = Checkpoint.open(Path.of(checkpoint));
    return new Weights(opened.shape(), opened, firstLayer(opened, seeded));
  }

  /** The name of a checkpoint's model: that of its folder. */
  public static String modelOf(String checkpoint) {
    return Checkpoint.open(Path.of(checkpoint)).shape().id();
  }

  private static TensorSource firstLayer(Checkpoint checkpoint, TensorSource activations) {
    List<TensorSpec> alone = LayerTensors.alone(checkpoint.shape()).all();
    List<TensorSpec> inModel = LayerTensors.of(checkpoint.shape(), 0).all();
    Map<String, TensorSpec> places = new HashMap<>();
    for (int i = 0; i < alone.size(); i++) {
      places.put(alone.get(i).name(), inModel.get(i));
    }
    return (tensor, row, into) -> {
      if (tensor.kind() == TensorKind.INPUT || tensor.kind() == TensorKind.CACHE) {
        activations.row(tensor, row, into);
        return;
      }
      TensorSpec place = places.get(tensor.name());
      if (place == null) {
        throw new IllegalArgumentException(
            "a layer of " + checkpoint.shape().id() + " has no tensor " + tensor.name());
      }
      checkpoint.row(place, row, into);
    };
  }
}
