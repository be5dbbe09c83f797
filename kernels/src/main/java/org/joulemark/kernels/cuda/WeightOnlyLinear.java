package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.Precision;
import org.jspecify.annotations.Nullable;

/**
 * A linear part whose weights are integer codes. Few rows read the codes once, in a kernel of our
 * own; for many the weights are scaled back into a matrix that cuBLASLt multiplies.
 */
final class WeightOnlyLinear implements CudaLinear {
  private static final String SOURCE = "weight_only.cu";
  private static final int THREADS = 256;
  private static final int WARPS = THREADS / 32;
  private static final int TOKENS_OF_A_TILE = 8;
  private static final int MOST_TILES = 4;
  // Without tensor cores each row reads the codes again.
  private static final int MOST_PLAIN_ROWS = 8;

  private final CudaPassFrame frame;
  private final int bits;
  private final int n;
  private final int k;
  private final DeviceArena.Slice scratch;
  private final Precision base;
  private final @Nullable LtProduct product;
  private final String kernel;

  /**
   * Plans.
   *
   * @param bits of a code, 8 or 4
   * @param base of the activations
   * @param scratch room for W in the storage format where {@link #isExpanded}
   */
  WeightOnlyLinear(
      CudaPassFrame frame, LinearPart part, int bits, Precision base, DeviceArena.Slice scratch) {
    this.frame = frame;
    this.bits = bits;
    this.n = frame.outputs(part);
    this.k = frame.inputs(part);
    this.scratch = scratch;
    this.base = base;
    this.product =
        isExpanded(frame, part)
            ? new LtProduct(
                frame.planner(),
                frame.scope(),
                frame.name(part),
                base,
                frame.rows(),
                n,
                k,
                frame.options().algorithm())
            : null;
    this.kernel =
        "weight" + bits + (product != null ? "_expand" : "_" + fewRows(frame.rows(), frame));
  }

  /** Whether the part's weights are scaled back before they are multiplied. */
  static boolean isExpanded(CudaPassFrame frame, LinearPart part) {
    return frame.rows() > (onTensorCores(frame) ? TOKENS_OF_A_TILE * MOST_TILES : MOST_PLAIN_ROWS);
  }

  private static boolean onTensorCores(CudaPassFrame frame) {
    return frame.type() == ElementType.FP16 && frame.kernels().hasTensorCores();
  }

  private static String fewRows(int rows, CudaPassFrame frame) {
    if (!onTensorCores(frame)) {
      return "plain";
    }
    return "tokens_" + (rows <= TOKENS_OF_A_TILE ? 1 : rows <= 2 * TOKENS_OF_A_TILE ? 2 : 4);
  }

  @Override
  public CudaCall bind(
      CudaPartWeights weights,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    WeightOnlyWeights codes = (WeightOnlyWeights) weights;
    return product == null ? direct(codes, x, y, added) : expanded(product, codes, x, y, added);
  }

  private CudaCall direct(
      WeightOnlyWeights weights,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    int blocks =
        onTensorCores(frame)
            ? weights.tiles()
            : Math.multiplyExact(frame.rows(), n) / WARPS + (frame.rows() * n % WARPS == 0 ? 0 : 1);
    KernelLaunch launch =
        frame.kernel(
            SOURCE,
            kernel,
            blocks,
            THREADS,
            x.address(),
            weights.codes().address(),
            weights.scales().address(),
            addressOf(weights.bias()),
            addressOf(added),
            y.address(),
            frame.rows(),
            n,
            k);
    return () -> launch.launch(frame.stream());
  }

  private CudaCall expanded(
      LtProduct multiply,
      WeightOnlyWeights weights,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    long vectors = weights.codeBytes() / WeightOnlyWeights.LANE_BYTES;
    KernelLaunch expand =
        frame.kernel(
            SOURCE,
            kernel,
            Math.toIntExact((vectors + THREADS - 1) / THREADS),
            THREADS,
            weights.codes().address(),
            weights.scales().address(),
            scratch.address(),
            n,
            k);
    DeviceArena.Slice bias = weights.bias();
    LtTerms terms =
        new LtTerms(
            1, bias == null ? null : bias.pointer(), added != null, base.output(), null, null);
    CudaCall call = multiply.bind(terms, scratch, x, y, added);
    return () -> {
      expand.launch(frame.stream());
      call.launch();
    };
  }

  private static long addressOf(DeviceArena.@Nullable Slice slice) {
    return slice == null ? 0 : slice.address();
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("weight.bits", Integer.toString(bits));
    facts.put("kernel", kernel);
    if (product != null) {
      facts.putAll(product.facts());
    }
    return facts;
  }
}
