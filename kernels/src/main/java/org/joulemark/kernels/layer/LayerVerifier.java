package org.joulemark.kernels.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.TensorKind;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.definition.Int4Groups;

/**
 * Holds the output of one layer pass against {@link ReferenceLayer}. At real sizes only some tokens
 * of each sequence are computed in FP64, the first and the last always among them; every number of
 * the others must still be finite. Under a strategy that quantizes there are two questions: whether
 * the engine does what the strategy defines, and how far that is from quantizing nothing.
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
    requireShape(problem, output);
    Optional<TensorComparison> infinite = notFinite(problem, output);
    if (infinite.isPresent()) {
      return infinite.get();
    }
    int[] wanted = chosen(problem.newTokens(), tokens);
    List<TensorComparison> rows =
        definition(problem, source, wanted, output.name()).compare(picked(problem, output, wanted));
    return rows.stream().filter(row -> !row.passed()).findFirst().orElse(rows.get(0));
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
    requireShape(problem, output);
    Optional<TensorComparison> infinite = notFinite(problem, output);
    if (infinite.isPresent()) {
      return LayerVerification.plain(infinite.get());
    }
    String name = output.name();
    int[] wanted = chosen(problem.newTokens(), DEFAULT_TOKENS);
    HostTensor actual = picked(problem, output, wanted);
    DefinitionCheck defined = definition(problem, source, wanted, name);
    List<TensorComparison> definition = defined.compare(actual);
    if (problem.strategy().isPlain()) {
      return LayerVerification.plain(definition.get(0));
    }
    HostTensor unquantized = definition(problem.unquantized(), source, wanted, name).expected();
    double baseError = PassTolerance.of(problem.precision()).relativeFrobenius();
    return new LayerVerification(
        definition,
        Displacement.of(name + "/displacement", defined.expected(), unquantized, actual, baseError),
        TensorComparison.of(name + "/unquantized", unquantized, actual, Double.MAX_VALUE));
  }

  private static void requireShape(LayerProblem problem, HostTensor output) {
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
  }

  /** Where an output is not finite, if it is not: every number counts, not the chosen tokens'. */
  private static Optional<TensorComparison> notFinite(LayerProblem problem, HostTensor output) {
    for (int i = 0; i < output.values().length; i++) {
      if (!Float.isFinite(output.values()[i])) {
        // Comparing the whole with zeros says where.
        HostTensor zeros =
            new HostTensor(output.name(), output.dimensions(), new float[output.values().length]);
        double bound = PassTolerance.of(problem.precision()).relativeFrobenius();
        return Optional.of(TensorComparison.of(output.name(), zeros, output, bound));
      }
    }
    return Optional.empty();
  }

  /** The wanted tokens of an output, [batch, wanted, hidden]. */
  private static HostTensor picked(LayerProblem problem, HostTensor output, int[] wanted) {
    int hidden = problem.shape().hidden();
    float[] values = new float[problem.batch() * wanted.length * hidden];
    for (int m = 0; m < problem.batch() * wanted.length; m++) {
      int row = m / wanted.length * problem.newTokens() + wanted[m % wanted.length];
      System.arraycopy(output.values(), row * hidden, values, m * hidden, hidden);
    }
    return new HostTensor(output.name(), List.of(problem.batch(), wanted.length, hidden), values);
  }

  /** The wanted tokens of the pass in FP64. */
  private static DefinitionCheck definition(
      LayerProblem problem, TensorSource source, int[] wanted, String name) {
    List<ReferenceLayer.Trace> moved = new ArrayList<>();
    int compared = problem.batch() * wanted.length;
    int draws = PassTolerance.draws(problem.strategy(), problem.shape(), compared);
    for (int draw = 0; draw < draws; draw++) {
      moved.add(trace(problem, source, wanted, PassTolerance.jitter(problem.strategy(), draw)));
    }
    return new DefinitionCheck(
        name,
        List.of(problem.batch(), wanted.length, problem.shape().hidden()),
        PassTolerance.of(problem.precision()).relativeFrobenius(),
        Jitter.most(problem.precision().activation()),
        trace(problem, source, wanted, Jitter.NONE),
        moved);
  }

  private static ReferenceLayer.Trace trace(
      LayerProblem problem, TensorSource source, int[] wanted, Jitter jitter) {
    TensorSource given =
        problem.strategy().isPlain() ? source : stored(problem.precision(), source);
    ReferenceLayer layer =
        new ReferenceLayer(
            problem.shape(),
            LayerTensors.alone(problem.shape()),
            given,
            problem.strategy(),
            problem.scales(),
            PartObserver.NONE,
            jitter);
    ReferenceCache cache = ReferenceCache.of(problem.strategy(), problem.shape(), problem.batch());
    if (problem.phase() == Phase.DECODE) {
      switch (problem.cacheContents()) {
        case DRAWN -> drawCache(problem, given, cache);
        case PREFILLED -> layer.forward(rows(problem.contextInput(), given), cache, new int[] {0});
      }
    }
    return layer.trace(rows(problem.input(), given), cache, wanted);
  }

  /**
   * Activations as engines are given them, in the base precision's format: the first quantizer then
   * sees the same numbers. Weights are quantized from the source's own numbers.
   */
  static TensorSource stored(Precision precision, TensorSource source) {
    ElementType format = precision.activation();
    return new TensorSource() {
      @Override
      public void row(TensorSpec tensor, int row, float[] into) {
        source.row(tensor, row, into);
        if (tensor.kind() == TensorKind.INPUT || tensor.kind() == TensorKind.CACHE) {
          for (int i = 0; i < tensor.columns(); i++) {
            into[i] = ElementCodec.round(format, into[i]);
          }
        }
      }

      @Override
      public Optional<Int4Groups> codes(TensorSpec tensor, int row, int group) {
        return source.codes(tensor, row, group);
      }
    };
  }

  /** Fills a cache with the drawn keys and values of a decode. */
  static void drawCache(LayerProblem problem, TensorSource source, ReferenceCache cache) {
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
  static int[] chosen(int n, int count) {
    TreeSet<Integer> chosen = new TreeSet<>();
    int most = Math.max(1, Math.min(n, count));
    for (int i = 0; i < most; i++) {
      chosen.add(most == 1 ? n - 1 : (int) ((long) i * (n - 1) / (most - 1)));
    }
    return chosen.stream().mapToInt(Integer::intValue).toArray();
  }
}
