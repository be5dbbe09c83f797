package org.joulemark.kernels.cuda;

import java.util.Map;
import org.joulemark.kernels.quant.LinearPart;
import org.jspecify.annotations.Nullable;

/**
 * Few rows, as in decoding: our kernel that reads the weights once and does everything that follows
 * the product.
 */
final class FewRowsProduct implements QuantizedProduct {
  /** The most rows that it takes. */
  static final int MOST_ROWS = 16;

  private static final int ROWS_OF_A_TILE = 8;
  private static final int THREADS = 256;
  private static final int LINES = 16;
  private static final int FIRST_WITH_INT8 = 80;
  private static final int FIRST_WITH_FP8 = 89;

  private final CudaPassFrame frame;
  private final CodeFormat format;
  private final CodeKernels codes;
  private final DeviceArena.@Nullable Slice inner; // [M, I]

  /** Plans. */
  FewRowsProduct(CudaPassFrame frame, CodeFormat format, CodeKernels codes, LinearPart part) {
    this.frame = frame;
    this.format = format;
    this.codes = codes;
    this.inner =
        part == LinearPart.FEED_FORWARD_IN
            ? frame.arena().reserve(frame.type(), frame.rows(), frame.shape().intermediate())
            : null;
  }

  /** Whether the device has the instruction and the rows are few. */
  static boolean takes(int rows, CodeFormat format, int computeCapability) {
    return rows <= MOST_ROWS
        && computeCapability >= (format.isInteger() ? FIRST_WITH_INT8 : FIRST_WITH_FP8);
  }

  @Override
  public CudaCall bind(
      QuantizedWeights weights,
      QuantizedInput x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    return launch("linear", weights, x, weights.channels(), y, added, false);
  }

  @Override
  public CudaCall bindActivated(QuantizedWeights weights, QuantizedInput x, QuantizedInput into) {
    DeviceArena.Slice activated = inner;
    if (activated == null) {
      throw new IllegalStateException("no activation follows " + x.part());
    }
    boolean gated = frame.shape().gated();
    CudaCall product =
        launch(gated ? "gated" : "linear", weights, x, into.columns(), activated, null, !gated);
    CudaCall quantize = codes.rows(activated, into);
    return () -> {
      product.launch();
      quantize.launch();
    };
  }

  private CudaCall launch(
      String name,
      QuantizedWeights weights,
      QuantizedInput x,
      int columns,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added,
      boolean gelu) {
    int lines = name.equals("gated") ? LINES / 2 : LINES;
    KernelLaunch launch =
        frame.kernel(
            "linear_few.cu",
            name + "_" + format.unit() + "_" + ((frame.rows() - 1) / ROWS_OF_A_TILE + 1),
            (columns - 1) / lines + 1,
            THREADS,
            x.rows().codes().address(),
            x.scalesToRead(),
            x.fixedScale(),
            x.zerosToRead(format),
            x.fixedZero(),
            weights.codes().address(),
            weights.scales().address(),
            weights.sumsAddress(),
            weights.biasAddress(),
            added == null ? 0L : added.address(),
            y.address(),
            frame.rows(),
            columns,
            x.pitch(),
            gelu ? 1 : 0);
    return () -> launch.launch(frame.stream());
  }

  @Override
  public Map<String, String> facts() {
    return Map.of("product", "own for few rows");
  }
}
