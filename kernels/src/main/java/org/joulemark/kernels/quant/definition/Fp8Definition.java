package org.joulemark.kernels.quant.definition;

import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearDefinition;
import org.joulemark.kernels.quant.LinearScheme.Fp8;
import org.joulemark.kernels.quant.PartScales;

/** FP8 E4M3 times FP8 E4M3. */
final class Fp8Definition implements LinearDefinition {
  private final boolean perToken;
  private final Activations rounding;
  private final PartScales scales;
  // Of the whole part under per-tensor scaling.
  private final float weightScale;

  Fp8Definition(Fp8 scheme, Activations rounding, PartScales scales, WeightRows weights) {
    this.perToken = scheme.activations() == ActivationScaling.PER_TOKEN;
    this.rounding = rounding;
    this.scales = scales;
    this.weightScale = perToken ? Float.NaN : Fp8Row.scaleOf(PartRange.absmax(weights));
  }

  @Override
  public Call call(double[][] x) {
    float[][] rounded = rounding.rounded(x);
    double[][] activations = new double[x.length][];
    for (int m = 0; m < x.length; m++) {
      activations[m] = new double[x[m].length];
      copy(
          perToken
              ? Fp8Row.of(rounded[m])
              : Fp8Row.of(rounded[m], rounding.requireScale(scales.activationScale())),
          activations[m]);
    }
    return new Call() {
      @Override
      public double[][] activations() {
        return activations;
      }

      @Override
      public void weight(int row, float[] weight, double[] into) {
        float[] given = scales.weightScales();
        if (given.length > 0) {
          copy(Fp8Row.of(weight, given[row]), into);
        } else {
          copy(perToken ? Fp8Row.of(weight) : Fp8Row.of(weight, weightScale), into);
        }
      }
    };
  }

  private static void copy(Fp8Row from, double[] into) {
    for (int k = 0; k < from.codes().length; k++) {
      into[k] = from.value(k);
    }
  }
}
