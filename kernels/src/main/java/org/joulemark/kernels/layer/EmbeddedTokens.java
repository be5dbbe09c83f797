package org.joulemark.kernels.layer;

import java.util.Optional;
import java.util.SplittableRandom;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.ModelTensors;
import org.joulemark.kernels.model.TensorKind;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.definition.Int4Groups;

/**
 * Activations as a model's first layer is given them: each row of an input is the embedding (and
 * its norm, where the model has one) of a token that a seed draws. Other tensors are another
 * source's. Safe for concurrent use if the sources are.
 */
public final class EmbeddedTokens implements TensorSource {
  private final ModelShape shape;
  private final ModelTensors tensors;
  private final TensorSource model;
  private final TensorSource others;
  private final long seed;

  /**
   * Over a model.
   *
   * @param model has the embedding, under the names of {@link ModelTensors#of}
   * @param others gives every tensor that is no input
   * @throws IllegalArgumentException for a family that is not known
   */
  public EmbeddedTokens(ModelShape shape, TensorSource model, TensorSource others, long seed) {
    this.shape = shape;
    this.tensors = ModelTensors.of(shape);
    this.model = model;
    this.others = others;
    this.seed = seed;
  }

  @Override
  public void row(TensorSpec tensor, int row, float[] into) {
    if (tensor.kind() != TensorKind.INPUT) {
      others.row(tensor, row, into);
      return;
    }
    model.row(tensors.embedding(), token(tensor.name(), row), into);
    if (tensors.embeddingNorm().isPresent()) {
      norm(tensors.embeddingNorm().get(), into);
    }
  }

  @Override
  public Optional<Int4Groups> codes(TensorSpec tensor, int row, int group) {
    return tensor.kind() == TensorKind.INPUT ? Optional.empty() : others.codes(tensor, row, group);
  }

  /** Which token a row is of. */
  private int token(String input, int row) {
    // One generator for a tensor, another for each of its rows.
    long start = new SplittableRandom(seed + input.hashCode()).nextLong();
    return new SplittableRandom(start + row).nextInt(shape.vocabulary());
  }

  private void norm(Affine norm, float[] values) {
    double[][] row = new double[1][shape.hidden()];
    for (int i = 0; i < shape.hidden(); i++) {
      row[0][i] = values[i];
    }
    double[] normed = ReferenceMath.norm(row, norm, shape.normEpsilon(), model)[0];
    for (int i = 0; i < shape.hidden(); i++) {
      values[i] = (float) normed[i];
    }
  }
}
