package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Fp16;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.definition.Int4Groups;
import org.joulemark.kernels.quant.definition.Int8Row;
import org.jspecify.annotations.Nullable;

/**
 * Weights as codes of 8 or 4 bits in the order that {@code weights.cuh} describes, their scales,
 * and a bias in the storage format where there is one.
 */
final class WeightOnlyWeights implements CudaPartWeights {
  /** Bytes that a lane takes at a time. */
  static final int LANE_BYTES = 16;

  private static final int TILE = 16;
  private static final int RUN = 128;
  private static final int SIGN = 128;

  private final PartSource source;
  private final int bits;
  private final ElementType type;
  private final int tiles;
  private final int runs;
  private final DeviceArena.Slice codes;
  private final DeviceArena.Slice scales;
  private final DeviceArena.@Nullable Slice bias;

  /**
   * Plans the memory.
   *
   * @param type of the bias
   * @throws IllegalArgumentException for codes that the kernels do not read
   */
  WeightOnlyWeights(
      DeviceArena arena, PartSource source, LinearScheme.WeightOnly scheme, ElementType type) {
    if (scheme.bits() != 8 && !(scheme.bits() == 4 && scheme.group() == RUN)) {
      throw new IllegalArgumentException("no kernel reads weights as " + scheme);
    }
    this.source = source;
    this.bits = scheme.bits();
    this.type = type;
    this.tiles = (source.rows() + TILE - 1) / TILE;
    this.runs = (source.columns() + RUN - 1) / RUN;
    this.codes = arena.reserve(codeBytes());
    this.scales = arena.reserve((long) tiles * scalesOfATile() * Integer.BYTES);
    this.bias = source.bias().isPresent() ? arena.reserve(type, 1, source.rows()) : null;
  }

  private int bytesOfATile() {
    return Math.multiplyExact(runs, TILE * RUN * bits / Byte.SIZE);
  }

  /** Words of scales that a tile has. */
  private int scalesOfATile() {
    return bits == 8 ? TILE : runs * TILE;
  }

  @Override
  public void fill(RowUpload upload) {
    int[] words = new int[Math.multiplyExact(tiles, scalesOfATile())];
    codes.fill(
        upload,
        tiles,
        bytesOfATile(),
        (tile, into) -> {
          float[] row = new float[source.columns()];
          int[] packed = new int[bytesOfATile() / Integer.BYTES];
          for (int r = 0; r < TILE; r++) {
            int channel = tile * TILE + r;
            boolean there = channel < source.rows();
            // What is missing keeps codes, zero points and scales of 0 in 4 bits.
            if (bits == 4 && there) {
              encode4(tile, r, groups(channel, row), packed, words);
            } else if (bits == 8) {
              if (there) {
                source.weight().row(channel, row);
              }
              encode8(tile, r, there ? row : null, packed, words);
            }
          }
          put(packed, into);
        });
    scales.fill(upload, words);
    DeviceArena.Slice biases = bias;
    if (biases != null) {
      source.bias().ifPresent(values -> biases.fill(upload, type, values.get()));
    }
  }

  private static void put(int[] words, ByteBuffer into) {
    into.asIntBuffer().put(0, words);
  }

  /** Channel r of a tile; what is missing has the code of 0. */
  private void encode8(int tile, int r, float @Nullable [] row, int[] packed, int[] words) {
    byte[] quantized = new byte[0];
    if (row != null) {
      float[] given = source.scales().weightScales();
      int channel = tile * TILE + r;
      Int8Row codesOfRow =
          given.length == 0 ? Int8Row.symmetric(row) : Int8Row.symmetric(row, given[channel]);
      quantized = codesOfRow.codes();
      words[channel] = Float.floatToRawIntBits(codesOfRow.scale());
    }
    for (int k = 0; k < runs * RUN; k++) {
      int code = (k < quantized.length ? quantized[k] : 0) + SIGN;
      int in = k % 32;
      int lane = 4 * (r % 8) + in / 8;
      int word = 2 * (in % 8 / 4) + r / 8;
      packed[(k / 32 * 32 + lane) * 4 + word] |= code << (8 * (in % 4));
    }
  }

  /**
   * The codes that a channel is stored as, or else its numbers' own; {@code row} is overwritten.
   */
  private Int4Groups groups(int channel, float[] row) {
    return source
        .stored()
        .codes(channel, RUN)
        .orElseGet(
            () -> {
              source.weight().row(channel, row);
              return Int4Groups.of(row, RUN);
            });
  }

  private void encode4(int tile, int r, Int4Groups quantized, int[] packed, int[] words) {
    int first = tile * scalesOfATile();
    for (int run = 0; run < runs; run++) {
      int scale = Fp16.encode(quantized.scales()[run]) & 0xffff;
      words[first + run * TILE + r] = scale | quantized.zeroPoints()[run] << 16;
    }
    for (int k = 0; k < runs * RUN; k++) {
      int code =
          k < quantized.codes().length ? quantized.codes()[k] : quantized.zeroPoints()[k / RUN];
      int in = k % 64;
      int lane = 4 * (r % 8) + in / 16;
      int word = in % 16 / 4;
      int place = r / 8 + 2 * (in % 4 / 2) + 4 * (in % 2);
      packed[(k / 64 * 32 + lane) * 4 + word] |= code << (4 * place);
    }
  }

  /** Tiles of 16 channels. */
  int tiles() {
    return tiles;
  }

  /** Bytes of all codes. */
  long codeBytes() {
    return (long) tiles * bytesOfATile();
  }

  /** The codes. */
  DeviceArena.Slice codes() {
    return codes;
  }

  /** The scales, with zero points where there are some. */
  DeviceArena.Slice scales() {
    return scales;
  }

  /** [N], null where there is none. */
  DeviceArena.@Nullable Slice bias() {
    return bias;
  }
}
