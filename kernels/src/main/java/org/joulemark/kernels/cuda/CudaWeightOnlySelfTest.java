package org.joulemark.kernels.cuda;

import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.selftest.Checks;

/**
 * Small layers whose weights are codes of 8 and 4 bits against their definition: as few rows as
 * each kernel takes and more, inputs that fill no run and no vector.
 */
final class CudaWeightOnlySelfTest {
  private static final List<Precision> BASES =
      List.of(Precision.FP16, Precision.BF16, Precision.FP32);
  private static final int[] BATCHES = {1, 3, 9, 20};
  private static final int CONTEXT = 5;

  private final CudaLayerSelfTest layers;

  /** For an opened engine. */
  CudaWeightOnlySelfTest(CudaEngine engine) {
    this.layers = new CudaLayerSelfTest(engine);
  }

  /** Hands over every check. */
  void run(Checks all) {
    Checks checks = (name, check) -> all.check("weight-only " + name, check);
    List<ModelShape> shapes =
        List.of(
            CudaLayerSelfTest.gated("qwen2", 6, 2, 16, 0),
            CudaLayerSelfTest.gated("llama", 2, 1, 128, 0),
            CudaLayerSelfTest.bloom(3, 80));
    for (ModelShape shape : shapes) {
      for (Precision base : BASES) {
        for (int bits : new int[] {8, 4}) {
          Strategy strategy = strategy(bits, base);
          for (int batch : BATCHES) {
            layers.check(
                checks, LayerProblem.decode(shape, strategy, LayerScales.NONE, batch, CONTEXT));
          }
          layers.check(checks, LayerProblem.prefill(shape, strategy, LayerScales.NONE, 2, 33));
        }
      }
    }
  }

  private static Strategy strategy(int bits, Precision base) {
    return new Strategy(
        "w"
            + bits
            + "a16"
            + (base == Precision.FP16 ? "" : "/" + base.name().toLowerCase(Locale.ROOT)),
        "codes of " + bits + " bits",
        base,
        new LinearScheme.WeightOnly(bits, bits == 4 ? 128 : 0),
        false);
  }
}
