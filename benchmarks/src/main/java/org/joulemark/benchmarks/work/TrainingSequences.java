package org.joulemark.benchmarks.work;

import java.util.List;
import java.util.stream.IntStream;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;

/**
 * What a layer's training learns from and is judged by: sequences of the residual stream before the
 * layer, none of which is one that a benchmark measures.
 *
 * @param training sequences [tokens][hidden] that the steps take in turn
 * @param heldOut sequences that the steps never see
 */
public record TrainingSequences(List<double[][]> training, List<double[][]> heldOut) {
  // Judges decide between scales that differ little.
  private static final int HELD_OUT = 2;

  /** Copies the lists. */
  public TrainingSequences {
    training = List.copyOf(training);
    heldOut = List.copyOf(heldOut);
  }

  /**
   * Asks a source for them.
   *
   * @param count sequences for training
   * @param tokens of each sequence
   */
  public static TrainingSequences of(ModelShape shape, TensorSource source, int count, int tokens) {
    return new TrainingSequences(
        sequences(shape, source, "x.training.", count, tokens),
        sequences(shape, source, "x.held_out.", HELD_OUT, tokens));
  }

  private static List<double[][]> sequences(
      ModelShape shape, TensorSource source, String name, int count, int tokens) {
    return IntStream.range(0, count)
        .mapToObj(i -> rows(source, TensorSpec.input(name + i, tokens, shape.hidden())))
        .toList();
  }

  private static double[][] rows(TensorSource source, TensorSpec tensor) {
    double[][] rows = new double[tensor.rows()][tensor.columns()];
    float[] row = new float[tensor.columns()];
    for (int m = 0; m < rows.length; m++) {
      source.row(tensor, m, row);
      for (int i = 0; i < row.length; i++) {
        rows[m][i] = row[i];
      }
    }
    return rows;
  }
}
