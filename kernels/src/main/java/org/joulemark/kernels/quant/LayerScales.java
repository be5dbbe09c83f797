package org.joulemark.kernels.quant;

import java.util.Map;

/**
 * What is known beforehand of how a layer is quantized.
 *
 * @param parts of each linear part; parts that are missing have {@link PartScales#NONE}
 */
public record LayerScales(Map<LinearPart, PartScales> parts) {
  /** Nothing is known. */
  public static final LayerScales NONE = new LayerScales(Map.of());

  /** Copies the map. */
  public LayerScales {
    parts = Map.copyOf(parts);
  }

  /** Of one part. */
  public PartScales of(LinearPart part) {
    return parts.getOrDefault(part, PartScales.NONE);
  }
}
