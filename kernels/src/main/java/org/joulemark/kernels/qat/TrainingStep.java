package org.joulemark.kernels.qat;

/**
 * What one training step did.
 *
 * @param loss ‖output − FP32's output‖² / ‖FP32's output‖² before the step
 * @param lossScale what the loss's gradient was multiplied by
 * @param overflowed whether a gradient was infinite or NaN, and the step therefore skipped
 */
public record TrainingStep(double loss, double lossScale, boolean overflowed) {}
