package org.joulemark.kernels.cuda;

import java.util.Map;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.jspecify.annotations.Nullable;

/**
 * Adds the product of the outlier columns to what the INT8 product gave. Few rows read the listed
 * columns' codes in a kernel of our own; for many the listed columns' weights become a matrix that
 * cuBLASLt multiplies.
 */
final class OutlierProduct {
  private static final String SOURCE = "outliers.cu";
  private static final int MOST = LinearScheme.Int8.MOST_OUTLIER_COLUMNS;
  private static final int THREADS = 256;
  private static final int WARPS = THREADS / 32;
  private static final int VECTOR_BYTES = 16;

  private final CudaPassFrame frame;
  private final Precision base;
  private final DeviceArena.Slice gathered;
  private final DeviceArena.Slice expanded;
  private final @Nullable LtProduct product;

  /**
   * Plans.
   *
   * @param gathered [M, 128], the listed columns of X
   * @param expanded room for [N, 128], not read for few rows; shared with other parts
   */
  OutlierProduct(
      CudaPassFrame frame,
      LinearPart part,
      Precision base,
      DeviceArena.Slice gathered,
      DeviceArena.Slice expanded) {
    this.frame = frame;
    this.base = base;
    this.gathered = gathered;
    this.expanded = expanded;
    this.product =
        isFew(frame.rows())
            ? null
            : new LtProduct(
                frame.planner(),
                frame.scope(),
                frame.name(part),
                base,
                frame.rows(),
                frame.outputs(part),
                MOST,
                frame.options().algorithm());
  }

  /** Whether so many rows are for the kernel of our own. */
  static boolean isFew(int rows) {
    return rows <= FewRowsProduct.MOST_ROWS;
  }

  /**
   * Binds it to memory that is allocated.
   *
   * @param list of the columns
   */
  CudaCall bind(QuantizedWeights weights, DeviceArena.Slice list, DeviceArena.Slice y) {
    return product == null ? few(weights, list, y) : many(product, weights, list, y);
  }

  private CudaCall few(QuantizedWeights weights, DeviceArena.Slice list, DeviceArena.Slice y) {
    KernelLaunch add =
        frame.kernel(
            SOURCE,
            "outliers_add",
            (weights.channels() - 1) / WARPS + 1,
            THREADS,
            gathered.address(),
            frame.rows(),
            weights.codes().address(),
            weights.pitch(),
            weights.scales().address(),
            weights.channels(),
            list.address(),
            y.address());
    return () -> add.launch(frame.stream());
  }

  private CudaCall many(
      LtProduct multiply, QuantizedWeights weights, DeviceArena.Slice list, DeviceArena.Slice y) {
    int vectorsOfAChannel = MOST * frame.type().bytes() / VECTOR_BYTES;
    long vectors = (long) weights.channels() * vectorsOfAChannel;
    KernelLaunch expand =
        frame.kernel(
            SOURCE,
            "outliers_weights",
            Math.toIntExact((vectors - 1) / THREADS + 1),
            THREADS,
            weights.codes().address(),
            weights.pitch(),
            weights.scales().address(),
            weights.channels(),
            list.address(),
            expanded.address());
    LtTerms terms = new LtTerms(1, null, true, base.output(), null, null);
    CudaCall call = multiply.bind(terms, expanded, gathered, y, y);
    return () -> {
      expand.launch(frame.stream());
      call.launch();
    };
  }

  /** How it is carried out; empty before it is bound. */
  Map<String, String> facts() {
    return product == null ? Map.of("product", "own for few rows") : product.facts();
  }
}
