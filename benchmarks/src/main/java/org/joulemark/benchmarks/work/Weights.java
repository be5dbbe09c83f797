package org.joulemark.benchmarks.work;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.layer.EmbeddedTokens;
import org.joulemark.kernels.layer.OutlierTensors;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.model.Checkpoint;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelFormatException;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorKind;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.definition.Int4Groups;

/**
 * A model with its numbers: those of a checkpoint, or seeded ones with the spread of real ones.
 *
 * @param shape the model
 * @param origin {@value #SEEDED}, or the checkpoint's folder
 * @param inputs what the layer's activations are: {@value #NORMAL}, {@value #OUTLIERS} or {@value
 *     #TOKENS}
 * @param seed of whatever is made up
 * @param model the weights of the whole model, under the names of {@link
 *     org.joulemark.kernels.model.ModelTensors#of}
 * @param layer the weights of the model's first layer, under the names of {@link
 *     LayerTensors#alone}, with its input and a seeded cache
 */
public record Weights(
    ModelShape shape,
    String origin,
    String inputs,
    long seed,
    TensorSource model,
    TensorSource layer) {
  /** The value of the parameter {@code checkpoint} that stands for seeded weights. */
  public static final String NO_CHECKPOINT = "none";

  /** The origin of seeded weights. */
  public static final String SEEDED = "seeded";

  /**
   * The value of the parameter {@code inputs} that stands for {@link #TOKENS} with a checkpoint and
   * {@link #NORMAL} without.
   */
  public static final String AUTO_INPUTS = "auto";

  /** Activations as normal numbers: every channel alike. */
  public static final String NORMAL = "normal";

  /** Activations with the outlier channels and heavy tails of large language models. */
  public static final String OUTLIERS = "outliers";

  /** Activations as embeddings of tokens of a checkpoint's vocabulary. */
  public static final String TOKENS = "tokens";

  /**
   * The weights that a benchmark's parameters name.
   *
   * @param model an id of the catalogue; not looked at where there is a checkpoint
   * @param checkpoint a Hugging Face folder, or {@value #NO_CHECKPOINT}
   * @param inputs what a layer's activations are
   * @param seed of whatever is made up
   * @throws IllegalArgumentException for a model that is not in the catalogue, or inputs that it
   *     does not have
   * @throws ModelFormatException for a folder that is no checkpoint of a known family
   */
  public static Weights of(String model, String checkpoint, String inputs, long seed) {
    SeededTensors seeded = new SeededTensors(seed);
    String meant = inputs(inputs, checkpoint);
    TensorSource activations = meant.equals(OUTLIERS) ? new OutlierTensors(seeded, seed) : seeded;
    if (checkpoint.equals(NO_CHECKPOINT)) {
      ModelShape shape = ModelCatalogue.standard().get(model);
      return new Weights(shape, SEEDED, meant, seed, seeded, activations);
    }
    Checkpoint opened = Checkpoint.open(Path.of(checkpoint));
    TensorSource layer = firstLayer(opened, activations);
    return new Weights(
        opened.shape(),
        checkpoint,
        meant,
        seed,
        opened,
        meant.equals(TOKENS) ? new EmbeddedTokens(opened.shape(), opened, layer, seed) : layer);
  }

  /**
   * What a value of the parameter {@code inputs} means beside a checkpoint.
   *
   * @throws IllegalArgumentException for tokens without a checkpoint
   */
  public static String inputs(String inputs, String checkpoint) {
    boolean seeded = checkpoint.equals(NO_CHECKPOINT);
    if (inputs.equals(TOKENS) && seeded) {
      throw new IllegalArgumentException(
          "inputs=tokens needs checkpoint=DIR, whose embedding it looks up.");
    }
    if (inputs.equals(AUTO_INPUTS)) {
      return seeded ? NORMAL : TOKENS;
    }
    return inputs;
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
    return new TensorSource() {
      @Override
      public void row(TensorSpec tensor, int row, float[] into) {
        if (isActivation(tensor)) {
          activations.row(tensor, row, into);
        } else {
          checkpoint.row(place(tensor), row, into);
        }
      }

      @Override
      public Optional<Int4Groups> codes(TensorSpec tensor, int row, int group) {
        return isActivation(tensor)
            ? activations.codes(tensor, row, group)
            : checkpoint.codes(place(tensor), row, group);
      }

      private boolean isActivation(TensorSpec tensor) {
        return tensor.kind() == TensorKind.INPUT || tensor.kind() == TensorKind.CACHE;
      }

      private TensorSpec place(TensorSpec tensor) {
        TensorSpec place = places.get(tensor.name());
        if (place == null) {
          throw new IllegalArgumentException(
              "a layer of " + checkpoint.shape().id() + " has no tensor " + tensor.name());
        }
        return place;
      }
    };
  }
}
