package org.joulemark.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.qat.LinearGradientCheck;
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfTestFailure;

/** Products and derivatives of fake-quantized linear parts against the FP64 definition. */
final class CudaTrainingSelfTest {
  // FP16's rounding of the fake-quantized numbers, of what is multiplied with them and of the sums.
  private static final double BOUND = 3e-3;
  private static final int[][] SIZES = {{1, 1, 1}, {64, 32, 8}, {7, 129, 5}, {130, 33, 64}};

  private final CudaEngine engine;

  /** For an opened engine. */
  CudaTrainingSelfTest(CudaEngine engine) {
    this.engine = engine;
  }

  /** Hands over every check. */
  void run(Checks checks) {
    for (int[] size : SIZES) {
      for (boolean factors : List.of(false, true)) {
        String name =
            String.format(
                Locale.ROOT,
                "training N=%d K=%d tokens=%d%s",
                size[0],
                size[1],
                size[2],
                factors ? " factors" : "");
        checks.check(name, () -> compare(size, factors));
      }
    }
    checks.check("training overflow", this::overflow);
  }

  private String compare(int[] size, boolean factors) {
    LinearGradientCheck check = new LinearGradientCheck(size[0], size[1], size[2], factors);
    try (TrainableLinear linear = engine.trainable(check.weight(), size[2])) {
      return check.compare(linear, BOUND);
    }
  }

  /** A gradient beyond FP16's range must come back as one that a training skips. */
  private String overflow() {
    LinearGradientCheck check = new LinearGradientCheck(16, 8, 2, true);
    try (TrainableLinear linear = engine.trainable(check.weight(), 2)) {
      check.compare(linear, BOUND);
      double[][] dy = new double[2][16];
      dy[1][3] = 1e6;
      TrainableLinear.Gradients gradients = linear.backward(dy);
      boolean finite =
          Double.isFinite(gradients.activationScale())
              && Arrays.stream(gradients.weightScales()).allMatch(Double::isFinite);
      if (finite) {
        throw new SelfTestFailure("A gradient of 10⁶, which FP16 does not hold, came back finite.");
      }
      return "A gradient beyond FP16's range is not finite.";
    }
  }
}
