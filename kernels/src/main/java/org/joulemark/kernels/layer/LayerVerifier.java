package org.joulemark.kernels.layer;

import java.util.List;
import java.util.TreeSet;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;

/**
 * Holds the output of one layer pass against {@link ReferenceLayer}. At real sizes only some tokens
 * of each sequence are computed in FP64, the first and the last always among them; every number of
 * the others must still be finite.
 */
public final class LayerVerifier {
  /** Tokens of each sequence that are compared where the caller does not say. */
  public static final int DEFAULT_TOKENS = 4;

  private LayerVerifier() {}

  /** As the other, over {@value #DEFAULT_TOKENS} tokens. */
  public static TensorComparison verify(
      LayerProblem problem, TensorSource source, HostTensor output) {
    return verify(problem, source, output, DEFAULT_TOKENS);
  }

  /**
   * Compares with what the strategy defines, within its tolerance.
   *
   * @param source the tensors that the engine was given
   * @param output [batch, newTokens, hidden]
   * @param tokens how many tokens of each sequence to compute in FP64
   * @throws IllegalArgumentException if the output has another shape
   */
  public static TensorComparison verify(
      LayerProblem problem, TensorSource source, HostTensor output, int tokens) {
    double bound = PassTolerance.of(problem.strategy()).relativeFrobenius();
    return compare(problem, source, output, tokens, bound);
  }

  /**
   * Compares with what the strategy defines, and with the layer that nothing is quantized in, over
   * {@value #DEFAULT_TOKENS} tokens.
   *
   * @param source the tensors that the engine was given
   * @param output [batch, newTokens, hidden]
   * @throws IllegalArgumentException if the output has another shape
   */
  public static LayerVerification verifyBoth(
      LayerProblem problem, TensorSource source, HostTensor output) {
    TensorComparison definition = verify(problem, source, output);
    if (problem.strategy().isPlain()) {
      return new LayerVerification(definition, definition);
    }
    LayerProblem unquantized =
        new LayerProblem(
            problem.shape(),
            problem.precision(),
            problem.phase(),
            problem.batch(),
            problem.length(),
            problem.cacheContents());
    return new LayerVerification(
        definition, compare(unquantized, source, output, DEFAULT_TOKENS, Double.MAX_VALUE));
  }

  private static TensorComparison compare(
      LayerProblem problem, TensorSource source, HostTensor output, int tokens, double bound) {
    int n = problem.newTokens();
    int hidden = problem.shape().hidden();
    if (!output.dimensions().equals(List.of(problem.batch(), n, hidden))) {
      throw new IllegalArgumentException(
          output
              + " is not the output of a pass over ["
              + problem.batch()
              + ", "
              + n
              + ", "
              + hidden
              + "].");
    }
    for (int i = 0; i < output.values().length; i++) {
      if (!Float.isFinite(output.values()[i])) {
        // The whole is not finite then; comparing it with itself says where.
        HostTensor zeros =
            new HostTensor(output.name(), output.dimensions(), new float[output.values().length]);
        return TensorComparison.of(output.name(), zeros, output, bound);
      }
    }
    int[] wanted = chosen(n, tokens);
    double[][] reference = reference(problem, source, wanted);
    float[] expected = new float[reference.length * hidden];
    float[] actual = new float[reference.length * hidden];
    for (int m = 0; m < reference.length; m++) {
      int row = m / wanted.length * n + wanted[m % wanted.length];
      System.arraycopy(output.values(), row * hidden, actual, m * hidden, hidden);
      for (int i = 0; i < hidden; i++) {
        expected[m * hidden + i] = (float) reference[m][i];
      }
    }
    List<Integer> dimensions = List.of(problem.batch(), wanted.length, hidden);
    return TensorComparison.of(
        output.name(),
        new HostTensor(output.name(), dimensions, expected),
        new HostTensor(output.name(), dimensions, actual),
        bound);
  }

  /** The pass in FP64, the wanted tokens of each sequence only. */
  private static double[][] reference(LayerProblem problem, TensorSource source, int[] wanted) {
    ReferenceLayer layer =
        new ReferenceLayer(
            problem.shape(),
            LayerTensors.alone(problem.shape()),
            source,
            problem.strategy(),
            problem.scales());
    ReferenceCache cache = ReferenceCache.of(problem.strategy(), problem.shape(), problem.batch());
    if (problem.phase() == Phase.DECODE) {
      switch (problem.cacheContents()) {
        case DRAWN -> drawCache(problem, source, cache);
        case PREFILLED -> layer.forward(rows(problem.contextInput(), source), cache, new int[] {0});
      }
    }
    return layer.forward(rows(problem.input(), source), cache, wanted);
  }

  private static void drawCache(LayerProblem problem, TensorSource source, ReferenceCache cache) {
    int heads = problem.shape().kvHeads();
    int d = problem.shape().headSize();
    float[] row = new float[d];
    for (int b = 0; b < problem.batch(); b++) {
      for (int j = 0; j < problem.start(); j++) {
        double[] key = new double[heads * d];
        double[] value = new double[heads * d];
        for (int h = 0; h < heads; h++) {
          int index = (b * heads + h) * problem.start() + j;
          source.row(problem.cacheKeys(), index, row);
          copy(row, key, h * d);
          source.row(problem.cacheValues(), index, row);
          copy(row, value, h * d);
        }
        cache.append(b, key, value);
      }
    }
  }

  private static double[][] rows(TensorSpec tensor, TensorSource source) {
    double[][] rows = new double[tensor.rows()][tensor.columns()];
    for (int m = 0; m < rows.length; m++) {
      copy(ReferenceMath.row(source, tensor, m), rows[m], 0);
    }
    return rows;
  }

  private static void copy(float[] from, double[] to, int at) {
    for (int i = 0; i < from.length; i++) {
      to[at + i] = from[i];
    }
  }

  /** The first and the last token, and others evenly between them. */
  private static int[] chosen(int n, int count) {
    TreeSet<Integer> chosen = new TreeSet<>();
    int most = Math.max(1, Math.min(n, count));
    for (int i = 0; i < most; i++) {
      chosen.add(most == 1 ? n - 1 : (int) ((long) i * (n - 1) / (most - 1)));
    }
    return chosen.stream().mapToInt(Integer::intValue).toArray();
  }
}
