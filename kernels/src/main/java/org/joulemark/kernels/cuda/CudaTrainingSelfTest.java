package org.joulemark.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.qat.LinearGradientCheck;
import org.joulemark.kernels.qat.LossScaler;
import org.joulemark.kernels.qat.TrainingWork;
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfTestFailure;

/** Products and derivatives of fake-quantized linear parts against the FP64 definition. */
final class CudaTrainingSelfTest {
  // FP16's rounding of the fake-quantized numbers, of what is multiplied with them and of the sums.
  private static final double BOUND = 3e-3;
  private static final SeededTensors SOURCE = new SeededTensors(17);
  private static final int TOKENS = 9;
  private static final int STEPS = 12;
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
    for (ModelShape shape :
        List.of(CudaLayerSelfTest.gated("qwen2", 2, 1, 16, 0), CudaLayerSelfTest.bloom(2, 16))) {
      checks.check("training steps " + shape.id(), () -> steps(shape));
    }
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

  /** A layer whose scales are too wide must come closer to what it is unquantized. */
  private String steps(ModelShape shape) {
    LayerWeights weights = new LayerWeights(shape, LayerTensors.alone(shape), SOURCE);
    TensorSpec tensor = TensorSpec.input("x", TOKENS, shape.hidden());
    double[][] input = new double[TOKENS][shape.hidden()];
    float[] row = new float[shape.hidden()];
    for (int m = 0; m < TOKENS; m++) {
      SOURCE.row(tensor, m, row);
      for (int i = 0; i < row.length; i++) {
        input[m][i] = row[i];
      }
    }
    try (TrainingWork work = TrainingWork.prepare(engine, weights, input, LossScaler.dynamic())) {
      double before = work.loss();
      double after = work.lossAfterSteps(STEPS);
      String overflows = work.facts().getOrDefault("qat.overflows", "");
      if (!(after < 0.8 * before) || !overflows.equals("0")) {
        throw new SelfTestFailure(
            String.format(
                Locale.ROOT,
                "%d steps took the loss from %.3g to %.3g with %s overflows.",
                STEPS,
                before,
                after,
                overflows));
      }
      return String.format(
          Locale.ROOT, "%d steps took the loss from %.3g to %.3g.", STEPS, before, after);
    }
  }
}
