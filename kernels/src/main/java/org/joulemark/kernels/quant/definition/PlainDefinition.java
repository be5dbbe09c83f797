package org.joulemark.kernels.quant.definition;

import org.joulemark.kernels.quant.LinearDefinition;

/** Nothing is quantized: X̂ = X, Ŵ = W. */
final class PlainDefinition implements LinearDefinition {

  @Override
  public Call call(double[][] x) {
    return new Call() {
      @Override
      public double[][] activations() {
        return x;
      }

      @Override
      public void weight(int row, float[] weight, double[] into) {
        widen(weight, into);
      }
    };
  }

  static void widen(float[] from, double[] into) {
    for (int k = 0; k < from.length; k++) {
      into[k] = from[k];
    }
  }
}
