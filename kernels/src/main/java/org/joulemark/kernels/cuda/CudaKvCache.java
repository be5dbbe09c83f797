package org.joulemark.kernels.cuda;

import org.joulemark.kernels.layer.KvCacheShape;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.definition.Int8Row;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of one layer on the device, in the order that {@link KvCacheShape} gives:
 * numbers in a storage format, or INT8 codes with an FP32 scale for each position and head.
 */
final class CudaKvCache {
  private final KvCacheShape shape;
  private final ElementType base;
  private final DeviceArena.Slice keys;
  private final DeviceArena.Slice values;
  private final @Nullable Scales scales;

  /**
   * What codes are multiplied by.
   *
   * @param keys [batch, kvHeads, capacity], FP32
   * @param values [batch, kvHeads, capacity], FP32
   */
  record Scales(DeviceArena.Slice keys, DeviceArena.Slice values) {}

  private CudaKvCache(DeviceArena arena, KvCacheShape shape, ElementType base, boolean codes) {
    this.shape = shape;
    this.base = base;
    ElementType stored = codes ? ElementType.INT8 : base;
    this.keys = arena.reserve(stored, shape.elements(), 1);
    this.values = arena.reserve(stored, shape.elements(), 1);
    long vectors = shape.elements() / shape.headSize();
    this.scales =
        codes
            ? new Scales(
                arena.reserve(ElementType.FP32, vectors, 1),
                arena.reserve(ElementType.FP32, vectors, 1))
            : null;
  }

  /** Plans the memory of one that holds numbers. */
  CudaKvCache(DeviceArena arena, KvCacheShape shape, ElementType type) {
    this(arena, shape, type, false);
  }

  /** Plans the memory of one as a strategy has it. */
  static CudaKvCache of(DeviceArena arena, KvCacheShape shape, Strategy strategy) {
    return new CudaKvCache(arena, shape, strategy.base().activation(), strategy.int8Cache());
  }

  /** Sizes. */
  KvCacheShape shape() {
    return shape;
  }

  /** [batch, kvHeads, capacity, headSize]. */
  DeviceArena.Slice keys() {
    return keys;
  }

  /** [batch, kvHeads, capacity, headSize]. */
  DeviceArena.Slice values() {
    return values;
  }

  /** Null where keys and values are numbers. */
  @Nullable Scales scales() {
    return scales;
  }

  /** Fills every position; a row is one head's key at one position. */
  void fillKeys(RowUpload upload, DeviceArena.Rows source) {
    fill(upload, keys, scales == null ? null : scales.keys(), source);
  }

  /** The same for values. */
  void fillValues(RowUpload upload, DeviceArena.Rows source) {
    fill(upload, values, scales == null ? null : scales.values(), source);
  }

  private void fill(
      RowUpload upload,
      DeviceArena.Slice numbers,
      DeviceArena.@Nullable Slice scalesOfNumbers,
      DeviceArena.Rows source) {
    int width = shape.headSize();
    int rows = Math.toIntExact(shape.elements() / width);
    if (scalesOfNumbers == null) {
      numbers.fill(upload, base, rows, width, source);
      return;
    }
    numbers.fill(
        upload, rows, width, (row, into) -> into.put(0, rounded(source, row).codes(), 0, width));
    scalesOfNumbers.fill(
        upload, rows, Float.BYTES, (row, into) -> into.putFloat(0, rounded(source, row).scale()));
  }

  /** The codes of a row, which stand for numbers of the storage format. */
  private Int8Row rounded(DeviceArena.Rows source, int row) {
    float[] numbers = new float[shape.headSize()];
    source.row(row, numbers);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = ElementCodec.round(base, numbers[i]);
    }
    return Int8Row.symmetric(numbers);
  }
}
