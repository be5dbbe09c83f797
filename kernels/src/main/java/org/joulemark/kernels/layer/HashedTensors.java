package org.joulemark.kernels.layer;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;

/**
 * Tensors that any language can make again: a counter hash of each tensor's own name, as the file
 * {@code hf_layer.py} defines it for a layer that Hugging Face's code computes.
 *
 * <p>With s the CRC-32 of the name and i the flat row-major index, all modulo 2³²: h = i·2654435761
 * + s·0x9E3779B1, then h ^= h≫15, h *= 2246822519, h ^= h≫13, h *= 3266489917, h ^= h≫16; v =
 * 2·(h≫8)/2²⁴ − 1. A matrix holds v·√(3/columns), a norm's weight 1 + 0.1·v, a bias 0.1·v, an input
 * v·√3, each product rounded to FP32. Immutable.
 */
public final class HashedTensors implements TensorSource {
  private static final int INDEX_FACTOR = (int) 2654435761L;
  private static final int SEED_FACTOR = 0x9E3779B1;
  private static final int FIRST_MIX = (int) 2246822519L;
  private static final int SECOND_MIX = (int) 3266489917L;

  /** Name of the prompt's activations [batch · sequence, hidden]. */
  public static final String PREFILL_INPUT = "x";

  /** Name of the activations [batch, hidden] of the token after the prompt. */
  public static final String DECODE_INPUT = "x.decode";

  @Override
  public void row(TensorSpec tensor, int row, float[] into) {
    CRC32 crc = new CRC32();
    crc.update(tensor.name().getBytes(StandardCharsets.UTF_8));
    int seed = (int) crc.getValue() * SEED_FACTOR;
    // Modulo 2³² is what int arithmetic does; only the index of the row may exceed it.
    int first = (int) ((long) row * tensor.columns());
    switch (tensor.kind()) {
      case MATRIX -> scaled(seed, first, (float) Math.sqrt(3.0 / tensor.columns()), tensor, into);
      case NORM_WEIGHT -> {
        scaled(seed, first, 0.1f, tensor, into);
        for (int i = 0; i < tensor.columns(); i++) {
          into[i] = 1.0f + into[i];
        }
      }
      case BIAS -> scaled(seed, first, 0.1f, tensor, into);
      case INPUT, CACHE -> scaled(seed, first, (float) Math.sqrt(3.0), tensor, into);
    }
  }

  private static void scaled(int seed, int first, float scale, TensorSpec tensor, float[] into) {
    int columns = tensor.columns();
    for (int i = 0; i < columns; i++) {
      int h = (first + i) * INDEX_FACTOR + seed;
      h ^= h >>> 15;
      h *= FIRST_MIX;
      h ^= h >>> 13;
      h *= SECOND_MIX;
      h ^= h >>> 16;
      // 2·(h≫8)/2²⁴ − 1 is a multiple of 2⁻²³, exact in FP32.
      into[i] = ((h >>> 8) * 0x1p-23f - 1.0f) * scale;
    }
  }
}
