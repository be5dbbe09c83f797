package org.joulemark.kernels.cuda;

import org.jspecify.annotations.Nullable;

/**
 * Weight and bias of a norm, [H] each, in the storage format.
 *
 * @param bias null where there is none
 */
record CudaNormWeights(DeviceArena.Slice weight, DeviceArena.@Nullable Slice bias) {}
