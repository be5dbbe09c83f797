package org.joulemark.kernels.cuda;

import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/** Weights in the storage format, [N, K], and a bias [N] where there is one. */
final class PlainWeights implements CudaPartWeights {
  private final PartSource source;
  private final ElementType type;
  private final DeviceArena.Slice weight;
  private final DeviceArena.@Nullable Slice bias;

  /** Plans the memory. */
  PlainWeights(DeviceArena arena, PartSource source, ElementType type) {
    this.source = source;
    this.type = type;
    this.weight = arena.reserve(type, source.rows(), source.columns());
    this.bias = source.bias().isPresent() ? arena.reserve(type, 1, source.rows()) : null;
  }

  @Override
  public void fill(RowUpload upload) {
    weight.fill(upload, type, source.rows(), source.columns(), source.weight());
    DeviceArena.Slice into = bias;
    if (into != null) {
      source.bias().ifPresent(values -> into.fill(upload, type, values.get()));
    }
  }

  /** [N, K]. */
  DeviceArena.Slice weight() {
    return weight;
  }

  /** [N], null where there is none. */
  DeviceArena.@Nullable Slice bias() {
    return bias;
  }
}
