package org.joulemark.kernels.quant;

/**
 * What a linear part computes under a strategy, in FP64: the specification that engines are held
 * against. Y = X̂·Ŵᵀ, where X̂ and Ŵ are the numbers that the codes stand for; sums of products of
 * codes are exact, so this is the same as multiplying codes and scaling back.
 */
public interface LinearDefinition {

  /**
   * Looks at the activations of one call.
   *
   * @param x [M][K], not changed
   */
  Call call(double[][] x);

  /** One call: what its products see. */
  interface Call {

    /** X̂, [M][K]. */
    double[][] activations();

    /**
     * Turns a row of the weight into Ŵ's, in place. Called from many threads.
     *
     * @param row in [0, N)
     * @param weight [K]
     */
    void weight(int row, float[] weight, double[] into);
  }
}
