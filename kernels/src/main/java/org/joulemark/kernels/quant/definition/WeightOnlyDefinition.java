package org.joulemark.kernels.quant.definition;

import org.joulemark.kernels.quant.LinearDefinition;
import org.joulemark.kernels.quant.LinearScheme.WeightOnly;
import org.joulemark.kernels.quant.PartScales;

/**
 * Integer weights, scaled back before they meet X. INT4 codes are those that the weight is stored
 * as, where it is.
 */
final class WeightOnlyDefinition implements LinearDefinition {
  private final WeightOnly scheme;
  private final PartScales scales;
  private final WeightRows weights;

  /**
   * For 8 or 4 bits.
   *
   * @throws IllegalArgumentException for others
   */
  WeightOnlyDefinition(WeightOnly scheme, PartScales scales, WeightRows weights) {
    if (scheme.bits() != 8 && scheme.bits() != 4) {
      throw new IllegalArgumentException("weights of " + scheme.bits() + " bits are not defined.");
    }
    this.scheme = scheme;
    this.scales = scales;
    this.weights = weights;
  }

  @Override
  public Call call(double[][] x) {
    return new Call() {
      @Override
      public double[][] activations() {
        return x;
      }

      @Override
      public void weight(int row, float[] weight, double[] into) {
        if (scheme.bits() == 8) {
          channel(row, weight, into);
        } else {
          groups(row, weight, into);
        }
      }
    };
  }

  private void channel(int row, float[] weight, double[] into) {
    float[] given = scales.weightScales();
    Int8Row quantized =
        given.length == 0 ? Int8Row.symmetric(weight) : Int8Row.symmetric(weight, given[row]);
    for (int k = 0; k < weight.length; k++) {
      into[k] = quantized.value(k);
    }
  }

  private void groups(int row, float[] weight, double[] into) {
    int group = scheme.group() == 0 ? weight.length : scheme.group();
    Int4Groups quantized = weights.codes(row, group).orElseGet(() -> Int4Groups.of(weight, group));
    for (int k = 0; k < weight.length; k++) {
      into[k] = quantized.value(k);
    }
  }
}
