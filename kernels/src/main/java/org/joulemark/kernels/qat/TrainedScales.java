package org.joulemark.kernels.qat;

import org.joulemark.kernels.quant.LayerScales;

/**
 * What a fit gave.
 *
 * @param scales the learned ones, or those that it started from where it found nothing better
 * @param improved whether they are learned ones
 * @param steps training steps
 * @param lossBefore ‖y − y₀‖²/‖y₀‖² on held-out sequences with the scales that it started from
 * @param lossAfter the same with {@code scales}
 * @param overflows steps that were skipped because a gradient overflowed
 * @param lossScale the loss scaling's factor after the last step
 * @param stepSeconds median time of a step
 */
public record TrainedScales(
    LayerScales scales,
    boolean improved,
    int steps,
    double lossBefore,
    double lossAfter,
    int overflows,
    double lossScale,
    double stepSeconds) {}
