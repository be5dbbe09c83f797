package org.joulemark.kernels.cuda;

import java.util.Optional;
import java.util.function.Supplier;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.definition.WeightRows;

/**
 * Where the weights of a linear part come from.
 *
 * @param part which one
 * @param rows N
 * @param columns K
 * @param weight produces W's rows, factors of a smoothing multiplied in
 * @param stored W as it is stored, as codes perhaps
 * @param bias [N], empty where there is none
 * @param scales what is known of how it is quantized
 */
record PartSource(
    LinearPart part,
    int rows,
    int columns,
    DeviceArena.Rows weight,
    WeightRows stored,
    Optional<Supplier<float[]>> bias,
    PartScales scales) {}
