package org.joulemark.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.definition.Fp8Row;
import org.joulemark.kernels.quant.definition.Int8Row;
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfTestFailure;

/**
 * The kernels that make codes against the definition of codes: the same codes, scales and zero
 * points for every row, whatever is in it, of any length; and a NaN is counted.
 */
final class CudaCodesSelfTest {
  private static final List<ElementType> TYPES =
      List.of(ElementType.FP16, ElementType.BF16, ElementType.FP32);
  // One column; fewer than a vector; not a multiple of anything; more than registers hold.
  private static final int[] COLUMNS = {1, 5, 96, 1003, 40_007};
  private static final int KINDS_OF_ROWS = 8;
  private static final int HEAD_SIZE = 16;
  private static final float FIXED_SCALE = 0.031f;
  private static final int FIXED_ZERO = -9;
  private static final int THREADS = 512;

  private final CudaEngine engine;

  /** For an opened engine. */
  CudaCodesSelfTest(CudaEngine engine) {
    this.engine = engine;
  }

  /** Hands over every check. */
  void run(Checks checks) {
    for (CodeFormat format : CodeFormat.values()) {
      for (ElementType type : TYPES) {
        for (boolean fixed : new boolean[] {false, true}) {
          checks.check(
              "codes " + format.id() + " of " + type + (fixed ? ", a given scale" : ""),
              () -> rows(format, type, fixed));
        }
      }
    }
  }

  private String rows(CodeFormat format, ElementType type, boolean fixed) {
    engine.device().makeCurrent();
    GemmSupport.checkFormats(
        format.precision(), engine.device().computeCapability(), engine.device().name());
    long compared = 0;
    try (CudaKernels kernels = new CudaKernels(engine, type, HEAD_SIZE)) {
      for (int columns : COLUMNS) {
        compared += rows(kernels, format, type, fixed, columns);
      }
    }
    return String.format(Locale.ROOT, "%d codes are those of the definition.", compared);
  }

  private long rows(
      CudaKernels kernels, CodeFormat format, ElementType type, boolean fixed, int columns) {
    int pitch = CodeFormat.padded(columns);
    float[][] x = new float[KINDS_OF_ROWS][];
    for (int row = 0; row < x.length; row++) {
      x[row] = row(row, columns, type);
    }
    try (DeviceArena arena = new DeviceArena()) {
      DeviceArena.Slice input = arena.reserve(type, x.length, columns);
      QuantizedRows rows = QuantizedRows.plan(arena, x.length, columns);
      DeviceArena.Slice nans = arena.reserve(Integer.BYTES);
      engine.allocate(arena, 0);
      try (RowUpload upload = engine.upload()) {
        input.fill(
            upload,
            type,
            x.length,
            columns,
            (row, into) -> System.arraycopy(x[row], 0, into, 0, columns));
        rows.scales().fill(upload, ElementType.FP32, new float[x.length]);
        rows.zeros().fill(upload, new int[x.length]);
      }
      rows.codes().poison(engine.stream());
      nans.clear(engine.stream());
      float scale = fixed ? FIXED_SCALE : 0;
      int zero = fixed && format == CodeFormat.ASYMMETRIC ? FIXED_ZERO : 0;
      try (KernelLaunch launch =
          kernels.kernel(
              "quantize_rows.cu",
              "quantize_rows_" + format.id(),
              x.length,
              THREADS,
              input.address(),
              columns,
              pitch,
              rows.codes().address(),
              scale,
              zero,
              rows.scales().address(),
              rows.zeros().address(),
              nans.address())) {
        launch.launch(engine.stream());
        engine.stream().synchronize();
      }
      HostTensor codes = download(rows.codes(), ElementType.INT8, x.length * pitch);
      HostTensor scales = download(rows.scales(), ElementType.FP32, x.length);
      HostTensor zeros = download(rows.zeros(), ElementType.INT32, x.length);
      int counted = nans.readInt(engine.staging(), engine.stream());
      // The last row holds one.
      if (counted != 1) {
        throw new SelfTestFailure("One NaN was given and " + counted + " were counted.");
      }
      for (int row = 0; row < x.length; row++) {
        float[] clean = x[row].clone();
        for (int k = 0; k < columns; k++) {
          clean[k] = Float.isNaN(clean[k]) ? 0 : clean[k];
        }
        Expected expected = expected(format, clean, scale, zero);
        if (!fixed
            && (scales.values()[row] != expected.scale
                || (format == CodeFormat.ASYMMETRIC && zeros.values()[row] != expected.zero))) {
          throw new SelfTestFailure(
              String.format(
                  Locale.ROOT,
                  "Row %d of %d columns has scale %s and zero point %.0f, not %s and %d.",
                  row,
                  columns,
                  scales.values()[row],
                  zeros.values()[row],
                  expected.scale,
                  expected.zero));
        }
        compare(
            row,
            x[row],
            Arrays.copyOfRange(codes.values(), row * pitch, (row + 1) * pitch),
            expected);
      }
    }
    return (long) x.length * columns;
  }

  /** What the definition makes of a row. */
  private static final class Expected {
    private final byte[] codes;
    private final float scale;
    private final int zero;

    Expected(byte[] codes, float scale, int zero) {
      this.codes = codes;
      this.scale = scale;
      this.zero = zero;
    }
  }

  private static Expected expected(CodeFormat format, float[] x, float scale, int zero) {
    if (format == CodeFormat.E4M3) {
      Fp8Row row = scale == 0 ? Fp8Row.of(x) : Fp8Row.of(x, scale);
      return new Expected(row.codes(), row.scale(), 0);
    }
    Int8Row row =
        format == CodeFormat.SYMMETRIC
            ? (scale == 0 ? Int8Row.symmetric(x) : Int8Row.symmetric(x, scale))
            : (scale == 0 ? Int8Row.asymmetric(x) : Int8Row.asymmetric(x, scale, zero));
    return new Expected(row.codes(), row.scale(), row.zeroPoint());
  }

  private static void compare(int row, float[] x, float[] actual, Expected expected) {
    for (int k = 0; k < x.length; k++) {
      byte wanted = Float.isNaN(x[k]) ? 0 : expected.codes[k];
      // Zero has a second E4M3 code, of the same value.
      boolean zeros = x[k] == 0 && actual[k] == 0;
      if (actual[k] != wanted && !zeros) {
        throw new SelfTestFailure(
            String.format(
                Locale.ROOT,
                "Row %d of %d columns: %s at %d became code %.0f, not %d (scale %s).",
                row,
                x.length,
                x[k],
                k,
                actual[k],
                wanted,
                expected.scale));
      }
    }
  }

  private HostTensor download(DeviceArena.Slice slice, ElementType type, int count) {
    return slice.download("codes", List.of(count), type, engine.staging(), engine.stream());
  }

  /** Ordinary, skewed, zeros, constant, tiny, infinities, outliers, and one with a NaN. */
  private static float[] row(int kind, int columns, ElementType type) {
    Random random = new Random(kind * 31L + columns);
    float[] x = new float[columns];
    for (int k = 0; k < columns; k++) {
      float normal = (float) random.nextGaussian();
      float value =
          switch (kind) {
            case 0 -> normal;
            case 1 -> Math.abs(normal) * 3 + 0.1f;
            case 2 -> 0;
            case 3 -> -0.37f;
            case 4 -> normal * 6e-8f;
            case 5 -> k % 11 == 3 ? Float.NEGATIVE_INFINITY : normal;
            case 6 -> k % 97 == 0 ? 60 * normal : normal;
            default -> normal;
          };
      x[k] = ElementCodec.round(type, value);
    }
    if (kind == KINDS_OF_ROWS - 1) {
      x[columns / 2] = Float.NaN;
    }
    return x;
  }
}
