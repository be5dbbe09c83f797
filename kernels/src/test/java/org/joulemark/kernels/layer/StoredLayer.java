package org.joulemark.kernels.layer;

import java.util.List;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.Fp16;

/** A reference layer in place of an engine that stores FP16. */
final class StoredLayer {
  private StoredLayer() {}

  /**
   * What such an engine gives.
   *
   * @param stored the problem's tensors as they are stored
   */
  static HostTensor output(LayerProblem problem, TensorSource stored, ReferenceLayer layer) {
    int hidden = problem.shape().hidden();
    ReferenceCache cache = ReferenceCache.of(problem.strategy(), problem.shape(), problem.batch());
    if (problem.phase() == Phase.DECODE) {
      LayerVerifier.drawCache(problem, stored, cache);
    }
    double[][] y = layer.forward(rows(stored, problem.input()), cache);
    float[] values = new float[y.length * hidden];
    for (int i = 0; i < values.length; i++) {
      values[i] = Fp16.decode(Fp16.encode((float) y[i / hidden][i % hidden]));
    }
    return new HostTensor("output", List.of(problem.batch(), problem.newTokens(), hidden), values);
  }

  /** All rows of a tensor. */
  static double[][] rows(TensorSource source, TensorSpec tensor) {
    double[][] x = new double[tensor.rows()][tensor.columns()];
    for (int m = 0; m < x.length; m++) {
      float[] row = ReferenceMath.row(source, tensor, m);
      for (int i = 0; i < row.length; i++) {
        x[m][i] = row[i];
      }
    }
    return x;
  }
}
