package org.joulemark.kernels.quant.calibration;

import org.joulemark.kernels.quant.Fp8;
import org.joulemark.kernels.quant.definition.Fp8Row;
import org.joulemark.kernels.quant.definition.Int8Row;

/** Codes that a calibrator fits a scale for. */
public enum CodeFormat {
  /** INT8 in [−127, 127]. */
  INT8_SYMMETRIC {
    @Override
    FittedScale scale(float low, float high) {
      return new FittedScale(step(Math.max(-low, high), 127f), 0);
    }

    @Override
    int level(float x, FittedScale fitted) {
      return (int) Math.max(-127, Math.min(127, Math.rint(x / fitted.scale())));
    }

    @Override
    double value(float x, FittedScale fitted) {
      return (double) level(x, fitted) * fitted.scale();
    }
  },
  /** INT8 in [−128, 127] with a zero point. */
  INT8_ASYMMETRIC {
    @Override
    FittedScale scale(float low, float high) {
      float scale = step(Math.min(high - low, Float.MAX_VALUE), 255f);
      return new FittedScale(scale, Int8Row.zeroPoint(low, scale));
    }

    @Override
    int level(float x, FittedScale fitted) {
      double code = Math.rint(x / fitted.scale()) + fitted.zeroPoint();
      return (int) Math.max(-128, Math.min(127, code));
    }

    @Override
    double value(float x, FittedScale fitted) {
      return (double) (level(x, fitted) - fitted.zeroPoint()) * fitted.scale();
    }
  },
  /** FP8 E4M3. */
  FP8_E4M3 {
    @Override
    FittedScale scale(float low, float high) {
      return new FittedScale(Fp8Row.scaleOf(Math.max(-low, high)), 0);
    }

    @Override
    int level(float x, FittedScale fitted) {
      return Fp8.encodeE4m3(x / fitted.scale());
    }

    @Override
    double value(float x, FittedScale fitted) {
      return (double) Fp8.decodeE4m3((byte) level(x, fitted)) * fitted.scale();
    }
  };

  /**
   * The scale with which the codes reach from {@code low} to {@code high}.
   *
   * @param low at most 0
   * @param high at least 0
   */
  abstract FittedScale scale(float low, float high);

  /** The code of a number, as a whole number that differs where the code does. */
  abstract int level(float x, FittedScale fitted);

  /** What the code of a number stands for. */
  abstract double value(float x, FittedScale fitted);

  private static float step(float width, float steps) {
    float step = width / steps;
    return step == 0 ? 1 : step;
  }
}
