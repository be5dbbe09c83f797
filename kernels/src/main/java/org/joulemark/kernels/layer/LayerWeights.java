package org.joulemark.kernels.layer;

import java.util.List;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.definition.WeightRows;

/**
 * One layer's weights in the arrangement that engines run, the same for every family:
 *
 * <ul>
 *   <li>{@code qkv} [queryWidth + 2·kvWidth, hidden]: all query heads, then all key heads, then all
 *       value heads (BLOOM's rows, which a checkpoint interleaves by head, are put in that order);
 *   <li>{@code o} [hidden, queryWidth];
 *   <li>{@code feedForwardIn}: gate [intermediate, hidden] then up [intermediate, hidden], or up
 *       alone;
 *   <li>{@code down} [hidden, intermediate].
 * </ul>
 *
 * Rows are produced when asked for and not kept. Safe for concurrent use.
 */
public final class LayerWeights {
  private final ModelShape shape;
  private final LayerTensors tensors;
  private final TensorSource source;

  /** The weights that {@code source} holds for {@code tensors}. */
  public LayerWeights(ModelShape shape, LayerTensors tensors, TensorSource source) {
    this.shape = shape;
    this.tensors = tensors;
    this.source = source;
  }

  /** The layer's model. */
  public ModelShape shape() {
    return shape;
  }

  /** The weight of one linear part. */
  public WeightRows weight(LinearPart part) {
    return PartRows.of(part, shape, tensors, source);
  }

  /** The bias of one linear part, zeros where there is none. */
  public float[] bias(LinearPart part) {
    return switch (part) {
      case QKV -> qkvBias();
      case OUTPUT -> outputBias();
      case FEED_FORWARD_IN -> feedForwardInBias();
      case DOWN -> downBias();
    };
  }

  /** Whether a linear part has a bias. */
  public boolean isBiased(LinearPart part) {
    return switch (part) {
      case QKV -> hasQkvBias();
      case OUTPUT -> hasOutputBias();
      case FEED_FORWARD_IN, DOWN -> hasFeedForwardBias();
    };
  }

  /** Rows of {@code qkv}. */
  public int qkvRows() {
    return shape.queryWidth() + 2 * shape.kvWidth();
  }

  /** Rows of {@code feedForwardIn}. */
  public int feedForwardInRows() {
    return (shape.gated() ? 2 : 1) * shape.intermediate();
  }

  /** Whether {@code qkv} has a bias. */
  public boolean hasQkvBias() {
    return tensors.attentionInputs().get(0).bias().isPresent();
  }

  /** Whether {@code o} has a bias. */
  public boolean hasOutputBias() {
    return tensors.attentionOutput().bias().isPresent();
  }

  /** Whether {@code feedForwardIn} and {@code down} have biases. */
  public boolean hasFeedForwardBias() {
    return tensors.feedForwardOutput().bias().isPresent();
  }

  /** Whether the norms are LayerNorms with a bias, rather than RMSNorms. */
  public boolean hasNormBias() {
    return tensors.inputNorm().bias().isPresent();
  }

  /** The bias of {@code qkv} in its row order, zeros where there is none. */
  public float[] qkvBias() {
    float[] all = new float[qkvRows()];
    List<float[]> parts = tensors.attentionInputs().stream().map(this::bias).toList();
    for (int row = 0; row < all.length; row++) {
      Place place = qkvPlace(row);
      all[row] = parts.get(tensors.attentionInputs().indexOf(place.part))[place.row];
    }
    return all;
  }

  /** The bias of {@code o}, zeros where there is none. */
  public float[] outputBias() {
    return bias(tensors.attentionOutput());
  }

  /** The bias of {@code feedForwardIn}, zeros where there is none. */
  public float[] feedForwardInBias() {
    float[] all = new float[feedForwardInRows()];
    int at = 0;
    for (Affine part : tensors.feedForwardInputs()) {
      float[] one = bias(part);
      System.arraycopy(one, 0, all, at, one.length);
      at += one.length;
    }
    return all;
  }

  /** The bias of {@code down}, zeros where there is none. */
  public float[] downBias() {
    return bias(tensors.feedForwardOutput());
  }

  /** The weight of the norm before attention. */
  public float[] inputNormWeight() {
    return vector(tensors.inputNorm());
  }

  /** The bias of the norm before attention, zeros where there is none. */
  public float[] inputNormBias() {
    return bias(tensors.inputNorm());
  }

  /** The weight of the norm before the feed-forward part. */
  public float[] postNormWeight() {
    return vector(tensors.postNorm());
  }

  /** The bias of the norm before the feed-forward part, zeros where there is none. */
  public float[] postNormBias() {
    return bias(tensors.postNorm());
  }

  private record Place(Affine part, int row) {}

  /** Where row {@code row} of the engines' qkv lies in the checkpoint's tensors. */
  private Place qkvPlace(int row) {
    int queries = shape.queryWidth();
    int keys = shape.kvWidth();
    int which = row < queries ? 0 : row < queries + keys ? 1 : 2;
    int within = row - (which == 0 ? 0 : which == 1 ? queries : queries + keys);
    if (tensors.attentionInputs().size() == 3) {
      return new Place(tensors.attentionInputs().get(which), within);
    }
    // BLOOM: [heads, 3, headSize].
    int size = shape.headSize();
    int head = within / size;
    return new Place(tensors.attentionInputs().get(0), (head * 3 + which) * size + within % size);
  }

  private float[] vector(Affine part) {
    float[] values = new float[part.weight().columns()];
    source.row(part.weight(), 0, values);
    return values;
  }

  private float[] bias(Affine part) {
    float[] values = new float[Math.max(part.weight().rows(), biasWidth(part))];
    part.bias().ifPresent(bias -> source.row(bias, 0, values));
    return values;
  }

  /** A linear part has a bias for each row of its weight, a norm for each of its numbers. */
  private static int biasWidth(Affine part) {
    return part.weight().rows() == 1 ? part.weight().columns() : part.weight().rows();
  }
}
