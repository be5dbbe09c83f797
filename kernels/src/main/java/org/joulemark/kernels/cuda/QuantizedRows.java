package org.joulemark.kernels.cuda;

import org.joulemark.kernels.quant.ElementType;

/**
 * Memory for activations as 8-bit codes.
 *
 * @param codes [M, pitch]
 * @param scales [M], FP32; unused where the scale is given
 * @param zeros [M], zero points, INT32; unused where they are given or codes are symmetric
 */
record QuantizedRows(DeviceArena.Slice codes, DeviceArena.Slice scales, DeviceArena.Slice zeros) {

  /** Plans room for rows of up to {@code columns} numbers. */
  static QuantizedRows plan(DeviceArena arena, int rows, int columns) {
    return new QuantizedRows(
        arena.reserve(ElementType.INT8, rows, CodeFormat.padded(columns)),
        arena.reserve(ElementType.FP32, 1, rows),
        arena.reserve(ElementType.INT32, 1, rows));
  }
}
