package org.joulemark.kernels.cuda;

import java.util.Collection;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;
import org.jspecify.annotations.Nullable;

/** The linear parts of a pass in INT8, each by itself, in memory that they take in turns. */
final class Int8Linears {
  private static final CodeFormat FORMAT = CodeFormat.SYMMETRIC;

  private final CudaPassFrame frame;
  private final CodeKernels codes;
  private final Collection<LinearPart> parts;
  private final QuantizedRows rows;
  private DeviceArena.@Nullable Slice sums;

  /**
   * Plans the codes' memory.
   *
   * @param parts that take their turns
   */
  Int8Linears(CudaPassFrame frame, Collection<LinearPart> parts) {
    this.frame = frame;
    this.parts = parts;
    this.codes = new CodeKernels(frame, FORMAT);
    int widest = parts.stream().mapToInt(frame::inputs).max().orElseThrow();
    this.rows = QuantizedRows.plan(frame.arena(), frame.rows(), widest);
  }

  /** One part. */
  Int8Linear linear(LinearPart part) {
    return new Int8Linear(frame, part, codes, rows, product(part));
  }

  private QuantizedProduct product(LinearPart part) {
    if (FewRowsProduct.takes(frame.rows(), FORMAT, frame.planner().computeCapability())) {
      return new FewRowsProduct(frame, FORMAT, codes, part);
    }
    LtProduct product =
        new LtProduct(
            frame.planner(),
            frame.scope(),
            frame.name(part),
            FORMAT.precision(),
            frame.rows(),
            CodeFormat.padded(frame.outputs(part)),
            CodeFormat.padded(frame.inputs(part)),
            frame.options().algorithm());
    return new SummedProduct(frame, FORMAT, codes, product, sums());
  }

  private DeviceArena.Slice sums() {
    if (sums == null) {
      int widest = parts.stream().mapToInt(frame::outputs).max().orElseThrow();
      sums = frame.arena().reserve(ElementType.INT32, frame.rows(), CodeFormat.padded(widest));
    }
    return sums;
  }
}
