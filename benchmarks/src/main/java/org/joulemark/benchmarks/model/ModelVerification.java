package org.joulemark.benchmarks.model;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.joulemark.benchmarks.work.PassMismatchException;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.layer.ExpectedPass;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassTolerance;
import org.joulemark.kernels.layer.PassVerification;
import org.joulemark.kernels.layer.PassVerifier;
import org.joulemark.kernels.layer.ReferenceModel;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Strategy;

/**
 * Holds the start of a model against what its strategy defines in FP64: embedding, first layers,
 * final norm and head at their real widths and with the weights that are measured, over a short
 * prompt, its last token decoded through the cache, and a greedy step; of at most four sequences.
 * All layers of a small model take part, one of a large one: a reference of a whole 7B model takes
 * minutes.
 */
public final class ModelVerification {
  private static final long LAYER_PARAMETERS = 50_000_000;
  private static final int MOST_SEQUENCES = 4;
  private static final int LEAST_TOKENS = 8;

  // Engines have kernels of their own for up to 16 rows, which a decoded token goes through. The
  // prompt must be longer, or what multiplies prompts would not be held against anything.
  private static final int LEAST_ROWS = 20;

  private final Engine engine;
  private final ModelShape shape;
  private final TensorSource source;

  /** For a model on an engine. */
  public ModelVerification(Engine engine, ModelShape shape, TensorSource source) {
    this.engine = engine;
    this.shape = shape;
    this.source = source;
  }

  /** How many of the model's first layers take part. */
  public int layers() {
    long layers = LAYER_PARAMETERS / shape.parametersPerLayer();
    return (int) Math.max(1, Math.min(shape.layers(), layers));
  }

  /**
   * Verifies against what the strategy defines.
   *
   * @param name what is verified, for the exception
   * @param scales of every layer of the model, or none
   * @return the fidelity of the prompt's logits: 1 − relative Frobenius error against the model
   *     that nothing is quantized in
   * @throws PassMismatchException naming the tensor that is wrong and its worst element
   * @throws org.joulemark.kernels.layer.UnverifiableException if no error could be told from
   *     rounding
   */
  public double verify(
      String name,
      Strategy strategy,
      List<LayerScales> scales,
      int batch,
      LayerOptions options,
      long seed) {
    ModelShape start = shape.firstLayers(layers());
    int sequences = Math.min(batch, MOST_SEQUENCES);
    int length = Math.max(LEAST_TOKENS, (LEAST_ROWS + sequences - 1) / sequences);
    int[][] tokens = tokens(shape, sequences, length, seed);
    List<TensorComparison> rows = new ArrayList<>();
    List<LayerScales> firstScales = scales.isEmpty() ? scales : scales.subList(0, layers());
    ModelProblem problem = new ModelProblem(start, strategy, firstScales, sequences, length);
    // The engine comes first: what it does not support needs no reference.
    try (ModelSession session = engine.model(problem, source, options)) {
      ExpectedPass expected =
          ExpectedPass.from(new ReferenceModel(problem, source), tokens, 1, length - 1, 1);
      if (strategy.isPlain()) {
        rows.addAll(PassVerifier.verify(session, expected, PassTolerance.of(strategy.base())));
      } else {
        PassVerification verified = PassVerifier.verify(session, problem, source, expected);
        rows.addAll(verified.definition());
        rows.add(verified.unquantized());
      }
    }
    double fidelity = Double.NaN;
    for (TensorComparison row : rows) {
      if (!row.passed()) {
        throw new PassMismatchException(name, row);
      }
      if (row.name().equals(strategy.isPlain() ? "logits" : "logits/unquantized")) {
        fidelity = row.fidelity();
      }
    }
    return fidelity;
  }

  /**
   * Lets only finite numbers through.
   *
   * @throws PassMismatchException naming the first that is not
   */
  public static void requireFinite(String name, HostTensor tensor) {
    // What is not finite differs even from itself.
    TensorComparison comparison = TensorComparison.of(tensor.name(), tensor, tensor, 0);
    if (!comparison.passed()) {
      throw new PassMismatchException(name, comparison);
    }
  }

  /** Seeded tokens [batch][count] of a model's vocabulary. */
  public static int[][] tokens(ModelShape shape, int batch, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[][] tokens = new int[batch][count];
    for (int[] sequence : tokens) {
      for (int i = 0; i < count; i++) {
        sequence[i] = random.nextInt(shape.vocabulary());
      }
    }
    return tokens;
  }
}
