package org.joulemark.kernels.cpu;

import java.util.List;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a model needs to read a fixed number of tokens of each sequence, apart from its
 * weights and caches.
 *
 * <p>M = batch · tokens, H hidden.
 */
final class CpuModelPlan implements AutoCloseable {
  private final NativeScope scope;
  private final CpuModelWeights weights;
  private final ModelShape shape;
  private final int batch;
  private final int tokens;
  private final CpuPass pass;
  private final List<CpuPass.Layer> layers;
  private final CpuNorm firstNorm;
  private final CpuNorm lastNorm;
  private final NativeMatrix lastRows; // [batch, H]
  private final NativeMatrix lastLogits; // [batch, vocabulary]
  private final CpuLinear.Call lastHead;
  private final float[] row;
  private CpuLinear.@Nullable Call allHead;

  private CpuModelPlan(NativeScope scope, CpuModelWeights weights, CpuPass pass, int tokens) {
    ModelProblem problem = weights.problem();
    this.scope = scope;
    this.weights = weights;
    this.shape = problem.shape();
    this.batch = problem.batch();
    this.tokens = tokens;
    this.pass = pass;
    this.layers = weights.bind(pass);
    this.row = new float[shape.hidden()];
    boolean layerNorm = shape.allBias();
    double epsilon = shape.normEpsilon();
    this.firstNorm = new CpuNorm(weights.team(), pass.input(), pass.input(), true, epsilon);
    this.lastNorm = new CpuNorm(weights.team(), pass.input(), pass.normed(), layerNorm, epsilon);
    this.lastRows =
        tokens == 1
            ? pass.normed()
            : new NativeMatrix(scope, weights.linears().inputType(), batch, shape.hidden());
    this.lastLogits = new NativeMatrix(scope, ElementType.FP32, batch, shape.vocabulary());
    this.lastHead = weights.bindHead(scope, lastRows, lastLogits);
  }

  /**
   * Plans and binds.
   *
   * @param tokens of each sequence
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if oneDNN has no optimized
   *     implementation
   */
  static CpuModelPlan of(CpuModelWeights weights, int tokens) {
    NativeScope scope = new NativeScope();
    try {
      CpuPass pass = tokens == 1 ? weights.singlePass() : weights.pass(scope, tokens);
      return new CpuModelPlan(scope, weights, pass, tokens);
    } catch (RuntimeException failure) {
      scope.close();
      throw failure;
    }
  }

  /** Tokens of each sequence. */
  int tokens() {
    return tokens;
  }

  /**
   * Writes the embedding of tokens into {@link #stream}.
   *
   * @param given [batch][tokens]
   */
  void embed(int[][] given) {
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < tokens; i++) {
        weights.embedding().get(given[b][i], 0, row, 0, row.length);
        pass.input().put(b * tokens + i, 0, row, 0, row.length);
      }
    }
    CpuModelWeights.Norm norm = weights.embeddingNorm();
    if (norm != null) {
      norm.run(firstNorm);
    }
  }

  /** Runs one layer on {@link #stream}, its tokens at positions {@code start} and on. */
  void layer(int index, int start) {
    layers.get(index).run(start);
  }

  /** From {@link #stream} to {@link #normed}, behind the last layer. */
  void norm() {
    weights.finalNorm().run(lastNorm);
  }

  /** From {@link #normed} to {@link #lastLogits}. */
  void readLast() {
    if (tokens > 1) {
      for (int b = 0; b < batch; b++) {
        pass.normed().get(b * tokens + tokens - 1, 0, row, 0, row.length);
        lastRows.put(b, 0, row, 0, row.length);
      }
    }
    lastHead.run();
  }

  /** From embeddings to the logits of each sequence's last token. */
  void run(int start) {
    runLayers(start);
    readLast();
  }

  /** Prepares {@link #runAll}, whose logits this plan owns. */
  void planAllLogits() {
    NativeMatrix logits =
        new NativeMatrix(scope, ElementType.FP32, pass.rows(), shape.vocabulary());
    allHead = weights.bindHead(scope, pass.normed(), logits);
  }

  /** From embeddings to the logits of every token; {@link #planAllLogits} comes before. */
  void runAll(int start) {
    if (allHead == null) {
      throw new IllegalStateException("the logits of every token were not planned");
    }
    runLayers(start);
    allHead.run();
  }

  private void runLayers(int start) {
    for (int i = 0; i < layers.size(); i++) {
      layer(i, start);
    }
    norm();
  }

  /**
   * The logits of every token, from {@link #normed}: [M, vocabulary] FP32.
   *
   * @param temporary owns them
   */
  NativeMatrix allLogits(NativeScope temporary) {
    NativeMatrix logits =
        new NativeMatrix(temporary, ElementType.FP32, pass.rows(), shape.vocabulary());
    weights.bindHead(temporary, pass.normed(), logits).run();
    return logits;
  }

  /** [M, H], the residual stream between layers. */
  NativeMatrix stream() {
    return pass.input();
  }

  /** [M, H] in the precision's format, after {@link #norm}. */
  NativeMatrix normed() {
    return pass.normed();
  }

  /** [batch, vocabulary] FP32. */
  NativeMatrix lastLogits() {
    return lastLogits;
  }

  /** What oneDNN chose. */
  String implementations() {
    return pass.implementations();
  }

  /** Frees everything but the weights and caches. */
  @Override
  public void close() {
    scope.close();
  }
}
