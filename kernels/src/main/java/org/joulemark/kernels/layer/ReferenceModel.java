package org.joulemark.kernels.layer;

import java.util.ArrayList;
import java.util.List;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.ModelTensors;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/**
 * A whole model in FP64, as its strategy defines it; what it gives back is rounded to FP32 at the
 * very end.
 */
public final class ReferenceModel implements ModelPass {
  private final ModelShape shape;
  private final ModelTensors tensors;
  private final TensorSource source;
  private final int batch;
  private final int capacity;
  private final List<ReferenceLayer> layers = new ArrayList<>();
  private final List<ReferenceCache> caches = new ArrayList<>();

  /**
   * The model of {@code shape} with the numbers of {@code source}, nothing quantized.
   *
   * @param batch sequences side by side
   * @param capacity positions that may be read before a reset
   * @throws IllegalArgumentException for a family that is not known
   */
  public ReferenceModel(ModelShape shape, TensorSource source, int batch, int capacity) {
    this(new ModelProblem(shape, Precision.FP32, batch, capacity), source);
  }

  /**
   * A model as its strategy defines it.
   *
   * @throws IllegalArgumentException for a family that is not known, or scales that do not fit
   */
  public ReferenceModel(ModelProblem problem, TensorSource source) {
    this(problem, source, Jitter.NONE);
  }

  /**
   * A model as its strategy defines it, what its quantizers see moved.
   *
   * @throws IllegalArgumentException for a family that is not known, or scales that do not fit
   */
  ReferenceModel(ModelProblem problem, TensorSource source, Jitter jitter) {
    this.shape = problem.shape();
    this.tensors = ModelTensors.of(shape);
    this.source = source;
    this.batch = problem.batch();
    this.capacity = problem.capacity();
    Strategy strategy = problem.strategy();
    for (int i = 0; i < tensors.layers().size(); i++) {
      layers.add(
          new ReferenceLayer(
              shape,
              tensors.layers().get(i),
              source,
              strategy,
              problem.scales(i),
              PartObserver.NONE,
              jitter));
      caches.add(ReferenceCache.of(strategy, shape, batch));
    }
  }

  @Override
  public ModelShape shape() {
    return shape;
  }

  @Override
  public int batch() {
    return batch;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int position() {
    return caches.get(0).length();
  }

  @Override
  public void reset() {
    caches.forEach(ReferenceCache::clear);
  }

  @Override
  public PassOutput forward(int[][] tokens, PassRequest request) {
    TokenCheck.check(this, tokens);
    int n = tokens[0].length;
    List<HostTensor> hidden = new ArrayList<>();

    double[][] x = embed(tokens); // [B·n][H]
    keep(x, n, request, hidden);
    for (int i = 0; i < layers.size(); i++) {
      x = layers.get(i).forward(x, caches.get(i));
      if (i < layers.size() - 1) {
        keep(x, n, request, hidden);
      }
    }
    x = ReferenceMath.norm(x, tensors.finalNorm(), shape.normEpsilon(), source);
    keep(x, n, request, hidden);

    boolean last = request == PassRequest.LAST_LOGITS;
    double[][] read = last ? lastRows(x, n) : x;
    double[][] logits = ReferenceMath.matrixProduct(read, tensors.head(), source);
    return new PassOutput(hidden, rounded("logits", logits, last ? 1 : n, shape.vocabulary()));
  }

  private double[][] embed(int[][] tokens) {
    int n = tokens[0].length;
    TensorSpec embedding = tensors.embedding();
    double[][] x = new double[batch * n][shape.hidden()];
    for (int m = 0; m < x.length; m++) {
      float[] row = ReferenceMath.row(source, embedding, tokens[m / n][m % n]);
      for (int i = 0; i < row.length; i++) {
        x[m][i] = row[i];
      }
    }
    if (tensors.embeddingNorm().isEmpty()) {
      return x;
    }
    Affine norm = tensors.embeddingNorm().get();
    return ReferenceMath.norm(x, norm, shape.normEpsilon(), source);
  }

  private double[][] lastRows(double[][] x, int n) {
    double[][] rows = new double[batch][];
    for (int b = 0; b < batch; b++) {
      rows[b] = x[b * n + n - 1];
    }
    return rows;
  }

  private void keep(double[][] x, int n, PassRequest request, List<HostTensor> hidden) {
    if (request == PassRequest.EVERYTHING) {
      hidden.add(rounded("hidden_states." + hidden.size(), x, n, shape.hidden()));
    }
  }

  private HostTensor rounded(String name, double[][] rows, int n, int columns) {
    float[] values = new float[Math.multiplyExact(rows.length, columns)];
    for (int m = 0; m < rows.length; m++) {
      for (int i = 0; i < columns; i++) {
        values[m * columns + i] = (float) rows[m][i];
      }
    }
    return new HostTensor(name, List.of(batch, n, columns), values);
  }
}
