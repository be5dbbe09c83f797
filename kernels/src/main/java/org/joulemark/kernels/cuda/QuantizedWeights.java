package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.definition.Fp8Row;
import org.joulemark.kernels.quant.definition.Int8Row;
import org.jspecify.annotations.Nullable;

/**
 * Weights as 8-bit codes, with a scale for each output channel or, in FP8 under per-tensor scaling,
 * one for the part; for asymmetric activations the sum of each channel's codes. Rows and columns
 * are padded with zeros to multiples of {@link CodeFormat#MULTIPLE}.
 */
final class QuantizedWeights implements CudaPartWeights {
  private final PartSource source;
  private final CodeFormat format;
  private final boolean oneScale;
  private final ElementType biasType;
  private final int rows;
  private final int pitch;
  private final DeviceArena.Slice codes;
  private final DeviceArena.Slice scales;
  private final DeviceArena.@Nullable Slice sums;
  private final DeviceArena.@Nullable Slice bias;
  private float firstScale = Float.NaN;

  /**
   * Plans the memory.
   *
   * @param oneScale whether the whole part has one scale
   * @param biasType format of the bias
   */
  QuantizedWeights(
      DeviceArena arena,
      PartSource source,
      CodeFormat format,
      boolean oneScale,
      ElementType biasType) {
    this.source = source;
    this.format = format;
    this.oneScale = oneScale;
    this.biasType = biasType;
    this.rows = CodeFormat.padded(source.rows());
    this.pitch = CodeFormat.padded(source.columns());
    this.codes = arena.reserve(ElementType.INT8, rows, pitch);
    this.scales = arena.reserve(ElementType.FP32, 1, rows);
    this.sums = format == CodeFormat.ASYMMETRIC ? arena.reserve(ElementType.INT32, 1, rows) : null;
    this.bias = source.bias().isPresent() ? arena.reserve(biasType, 1, source.rows()) : null;
  }

  @Override
  public void fill(RowUpload upload) {
    float[] known = source.scales().weightScales();
    if (known.length != 0 && known.length != source.rows()) {
      throw new EngineException(
          "The weights of "
              + source.part().id()
              + " have "
              + source.rows()
              + " channels and "
              + known.length
              + " scales were given.");
    }
    float[] rowScales = new float[rows];
    Arrays.fill(rowScales, 1);
    if (known.length != 0) {
      System.arraycopy(known, 0, rowScales, 0, known.length);
    } else if (oneScale) {
      Arrays.fill(rowScales, Fp8Row.scaleOf(absmaxOfAll()));
    }
    boolean given = known.length != 0 || oneScale;
    int[] rowSums = new int[rows];
    codes.fill(
        upload,
        rows,
        pitch,
        (row, into) -> {
          float[] values = new float[pitch];
          if (row < source.rows()) {
            source.weight().row(row, values);
            if (!given) {
              rowScales[row] = scale(values);
            }
          }
          rowSums[row] = encode(values, rowScales[row], into);
        });
    firstScale = rowScales[0];
    scales.fill(upload, ElementType.FP32, rowScales);
    if (sums != null) {
      sums.fill(upload, rowSums);
    }
    DeviceArena.Slice into = bias;
    if (into != null) {
      source.bias().ifPresent(values -> into.fill(upload, biasType, values.get()));
    }
  }

  private float absmaxOfAll() {
    return (float)
        IntStream.range(0, source.rows())
            .parallel()
            .mapToDouble(
                row -> {
                  float[] values = new float[source.columns()];
                  source.weight().row(row, values);
                  return absmax(values);
                })
            .max()
            .orElse(0);
  }

  private static float absmax(float[] values) {
    float most = 0;
    for (float value : values) {
      most = Math.max(most, Math.abs(value));
    }
    return most;
  }

  private float scale(float[] values) {
    return format.isInteger() ? Int8Row.symmetricScale(values) : Fp8Row.of(values).scale();
  }

  /** Writes codes; the sum of the integer ones. */
  private int encode(float[] values, float scale, ByteBuffer into) {
    if (!format.isInteger()) {
      into.put(0, Fp8Row.of(values, scale).codes());
      return 0;
    }
    byte[] row = Int8Row.symmetric(values, scale).codes();
    into.put(0, row);
    int sum = 0;
    for (byte code : row) {
      sum += code;
    }
    return sum;
  }

  /** N. */
  int channels() {
    return source.rows();
  }

  /** Rows of the codes: N, padded. */
  int rows() {
    return rows;
  }

  /** Codes of a row: K, padded. */
  int pitch() {
    return pitch;
  }

  /** [rows, pitch]. */
  DeviceArena.Slice codes() {
    return codes;
  }

  /** [rows], FP32. */
  DeviceArena.Slice scales() {
    return scales;
  }

  /** The one scale of the part, or the first channel's; after {@link #fill}. */
  float firstScale() {
    return firstScale;
  }

  /** Address of the codes' sums [rows], 0 where activations are symmetric. */
  long sumsAddress() {
    return sums == null ? 0 : sums.address();
  }

  /** [N], null where there is none. */
  DeviceArena.@Nullable Slice bias() {
    return bias;
  }

  /** Address of the bias, 0 where there is none. */
  long biasAddress() {
    return bias == null ? 0 : bias.address();
  }
}
