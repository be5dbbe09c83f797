package org.joulemark.kernels.quant.definition;

import org.joulemark.kernels.quant.LinearDefinition;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme.Dynamic;
import org.joulemark.kernels.quant.PartScales;

/** INT8 or nothing, as each call's activations say. */
final class DynamicDefinition implements LinearDefinition {
  private final Dynamic scheme;
  private final LinearPart part;
  private final LinearDefinition int8;
  private final LinearDefinition plain = new PlainDefinition();

  DynamicDefinition(Dynamic scheme, LinearPart part) {
    this.scheme = scheme;
    this.part = part;
    this.int8 = new Int8Definition(scheme.int8(), part, PartScales.NONE);
  }

  @Override
  public Call call(double[][] x) {
    ActivationStatistics statistics = ActivationStatistics.of(Activations.toFp32(part, x));
    return (statistics.quantizesWell(scheme) ? int8 : plain).call(x);
  }
}
