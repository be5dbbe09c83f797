package org.joulemark.kernels.quant.calibration;

/**
 * A static scale that a calibrator has found.
 *
 * @param scale s, positive and finite
 * @param zeroPoint z, 0 but for asymmetric codes
 */
public record FittedScale(float scale, int zeroPoint) {}
