package org.joulemark.kernels.cuda;

import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** What GPUs and libraries cannot do of layers and models, known before anything is allocated. */
final class PassSupport {
  private PassSupport() {}

  /**
   * Checks a layer or model against an engine's GPU; opens cuDNN if it is asked for.
   *
   * @throws UnsupportedWorkException with one sentence that says what is missing
   */
  static void check(CudaEngine engine, ModelShape shape, Strategy strategy, LayerOptions options) {
    checkParts(engine, shape, strategy);
    CudaAttention.check(shape);
    if (options.attention().equals(CudaAttention.CUDNN)) {
      checkCudnn(engine, strategy.base());
    }
  }

  /**
   * Checks a layer's linear parts against an engine's GPU, and makes its device current.
   *
   * @throws UnsupportedWorkException with one sentence that says what is missing
   */
  static void checkParts(CudaEngine engine, ModelShape shape, Strategy strategy) {
    CudaDevice device = engine.device();
    Precision precision = strategy.base();
    CudaLinearKinds.of(strategy, device);
    LayerTensors.unsupported(shape)
        .ifPresent(
            reason -> {
              throw new UnsupportedWorkException(reason + ".");
            });
    switch (precision) {
      case FP32, TF32, FP16, BF16 ->
          GemmSupport.checkFormats(precision, device.computeCapability(), device.name());
      case FP16_ACC16, FP8_E4M3, FP8_E5M2, INT8, INT8_OUT8 ->
          throw new UnsupportedWorkException(
              "A layer in " + precision + " needs a quantization strategy.");
    }
    device.makeCurrent();
  }

  private static void checkCudnn(CudaEngine engine, Precision precision) {
    if (precision.activation().bytes() != Short.BYTES) {
      throw new UnsupportedWorkException(
          "attention=cudnn is for FP16 and BF16; " + precision + " is for attention=own.");
    }
    if (engine.device().computeCapability() < CudaKernels.AMPERE) {
      throw new UnsupportedWorkException(
          "attention=cudnn needs compute capability 8.0; "
              + engine.device().name()
              + " has "
              + engine.facts().get("device.compute_capability")
              + ".");
    }
    engine.cudnn();
  }
}
