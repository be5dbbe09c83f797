package org.joulemark.kernels.cuda;

import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;

/**
 * The quantized activations of one part of one layer.
 *
 * @param part whose they are
 * @param rows where they lie
 * @param columns K
 * @param fixedScale the scale of all, 0 where each row finds its own
 * @param fixedZero the zero point of all, 0 where each row finds its own
 */
record QuantizedInput(
    LinearPart part, QuantizedRows rows, int columns, float fixedScale, int fixedZero) {

  /** With the scale that a calibration found, if it did. */
  static QuantizedInput of(LinearPart part, QuantizedRows rows, int columns, PartScales scales) {
    boolean fixed = !Double.isNaN(scales.activationScale());
    return new QuantizedInput(
        part,
        rows,
        columns,
        fixed ? (float) scales.activationScale() : 0,
        fixed ? scales.activationZeroPoint() : 0);
  }

  /** Codes of a row. */
  int pitch() {
    return CodeFormat.padded(columns);
  }

  /** Whether one scale holds for all. */
  boolean isFixed() {
    return fixedScale != 0;
  }

  /** For kernels that read: where the rows' scales are, 0 where one holds for all. */
  long scalesToRead() {
    return isFixed() ? 0 : rows.scales().address();
  }

  /** For kernels that read: where the rows' zero points are, 0 where one holds for all. */
  long zerosToRead(CodeFormat format) {
    return isFixed() || format != CodeFormat.ASYMMETRIC ? 0 : rows.zeros().address();
  }
}
