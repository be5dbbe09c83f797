package org.joulemark.kernels.model;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.joulemark.kernels.quant.definition.Int4Groups;
import org.jspecify.annotations.Nullable;

/**
 * The weight [N, K] of a linear part that a checkpoint stores as INT4 codes {@code qweight}, zero
 * points {@code qzeros} and FP16 {@code scales} [groups, N]: w = (q − z)·s, which FP32 holds
 * exactly. The tensors have the right shapes when this is made. Safe for concurrent use.
 */
final class PackedMatrix implements StoredTensor {
  private static final int PER_WORD = Integer.SIZE / PackedFormat.BITS;
  private static final int MASK = (1 << PackedFormat.BITS) - 1;
  // Where AWQ puts each of 8 channels: the inverse of its order 0, 2, 4, 6, 1, 3, 5, 7.
  private static final int[] AWQ_PLACES = {0, 4, 1, 5, 2, 6, 3, 7};
  private static final int[] PLACES = {0, 1, 2, 3, 4, 5, 6, 7};

  private final PackedFormat format;
  private final int columns;
  private final int group;
  private final Place codes;
  private final Place zeros;
  private final Place scales;
  // The group of each input, null where groups are consecutive inputs.
  private final int @Nullable [] groupOf;

  private PackedMatrix(
      PackedFormat format,
      int columns,
      Place codes,
      Place zeros,
      Place scales,
      int @Nullable [] groupOf) {
    this.format = format;
    this.columns = columns;
    this.group = groupSize(format, columns);
    this.codes = codes;
    this.zeros = zeros;
    this.scales = scales;
    this.groupOf = groupOf;
  }

  /** One of the part's tensors. */
  private record Place(SafetensorsFile file, String name) {

    /** Checks dtype and shape before anything is read. */
    void require(String dtype, long... shape) {
      SafetensorsFile.Tensor tensor = file.tensor(name);
      List<Long> expected = Arrays.stream(shape).boxed().toList();
      if (!tensor.dimensions().equals(expected)) {
        throw wrong(
            "its shape is " + tensor.dimensions() + " where config.json asks for " + expected);
      }
      if (!tensor.dtype().equals(dtype)) {
        throw wrong("its dtype is " + tensor.dtype() + " where " + dtype + " is read");
      }
    }

    ModelFormatException wrong(String problem) {
      return new ModelFormatException(file.path(), "tensor " + name + ": " + problem);
    }
  }

  /** The name of the tensor of codes of a part. */
  static String codesName(String part) {
    return part + ".qweight";
  }

  /**
   * A part's weight.
   *
   * @param expected its size
   * @param part the part's name in the checkpoint
   * @param stored the file of each tensor of the checkpoint
   * @param whole the file to name where a tensor is in none
   * @throws ModelFormatException naming file and tensor for one that is missing, misshapen or out
   *     of range
   */
  static PackedMatrix of(
      PackedFormat format,
      TensorSpec expected,
      String part,
      Map<String, SafetensorsFile> stored,
      Path whole) {
    int n = expected.rows();
    int k = expected.columns();
    Function<String, Place> find =
        name -> {
          SafetensorsFile file = stored.get(name);
          if (file == null) {
            throw new ModelFormatException(
                whole, "tensor " + name + ": it is missing beside " + codesName(part));
          }
          return new Place(file, name);
        };
    Place codes = find.apply(codesName(part));
    boolean gptq = format.packing() == PackedFormat.Packing.GPTQ;
    if (n % PER_WORD != 0 || (gptq && k % PER_WORD != 0)) {
      throw codes.wrong(
          "a weight of " + List.of(n, k) + " does not fill words of " + PER_WORD + " codes");
    }
    int groups = (k + groupSize(format, k) - 1) / groupSize(format, k);
    if (gptq) {
      codes.require("I32", k / PER_WORD, n);
    } else {
      codes.require("I32", k, n / PER_WORD);
    }
    Place zeros = find.apply(part + ".qzeros");
    zeros.require("I32", groups, n / PER_WORD);
    Place scales = find.apply(part + ".scales");
    scales.require("F16", groups, n);
    String order = part + ".g_idx";
    boolean ordered = gptq && (format.reordered() || stored.containsKey(order));
    int[] groupOf = ordered ? groupOf(find.apply(order), k, groups, groupSize(format, k)) : null;
    return new PackedMatrix(format, k, codes, zeros, scales, groupOf);
  }

  private static int groupSize(PackedFormat format, int columns) {
    return format.group() == 0 ? columns : format.group();
  }

  /** The group of each input; null if they are consecutive, as they would be without the tensor. */
  private static int @Nullable [] groupOf(Place place, int k, int groups, int group) {
    place.require("I32", k);
    int[] all = place.file().integers(place.name());
    boolean consecutive = true;
    for (int i = 0; i < k; i++) {
      if (all[i] < 0 || all[i] >= groups) {
        throw place.wrong("input " + i + " is in group " + all[i] + " of " + groups);
      }
      consecutive &= all[i] == i / group;
    }
    return consecutive ? null : all;
  }

  @Override
  public void row(int row, float[] into) {
    byte[] q = codes(row);
    int[] z = zeroPoints(row);
    float[] s = scales(row);
    for (int k = 0; k < columns; k++) {
      int g = groupOf == null ? k / group : groupOf[k];
      into[k] = (q[k] - z[g]) * s[g];
    }
  }

  @Override
  public Optional<Int4Groups> codes(int row, int wanted) {
    if (groupOf != null) {
      throw codes.wrong(
          "its g_idx puts inputs into groups out of order (desc_act), which INT4 weights are not"
              + " computed with; choose a strategy that reads the weights as numbers, such as fp16");
    }
    if (Math.min(group, columns) != Math.min(wanted, columns)) {
      throw codes.wrong(
          "its scales are each for "
              + group
              + " inputs, but the strategy's INT4 weights have groups of "
              + wanted
              + "; choose a strategy that reads the weights as numbers, such as fp16");
    }
    return Optional.of(Int4Groups.stored(codes(row), scales(row), zeroPoints(row), wanted));
  }

  /** Codes of a channel, [K]. */
  private byte[] codes(int row) {
    byte[] unpacked = new byte[columns];
    if (format.packing() == PackedFormat.Packing.GPTQ) {
      int[] words = new int[columns / PER_WORD];
      codes.file().readColumn(codes.name(), row, words);
      for (int k = 0; k < columns; k++) {
        unpacked[k] = (byte) number(words[k / PER_WORD], k % PER_WORD);
      }
    } else {
      int[] words = new int[columns];
      codes.file().readColumn(codes.name(), row / PER_WORD, words);
      for (int k = 0; k < columns; k++) {
        unpacked[k] = (byte) number(words[k], AWQ_PLACES[row % PER_WORD]);
      }
    }
    return unpacked;
  }

  /** Zero points of a channel, [groups]. */
  private int[] zeroPoints(int row) {
    int[] words = new int[groups()];
    zeros.file().readColumn(zeros.name(), row / PER_WORD, words);
    int[] places = format.packing() == PackedFormat.Packing.AWQ ? AWQ_PLACES : PLACES;
    int more = format.zerosLessOne() ? 1 : 0;
    for (int g = 0; g < words.length; g++) {
      words[g] = (number(words[g], places[row % PER_WORD]) + more) & MASK;
    }
    return words;
  }

  /** Scales of a channel, [groups]. */
  private float[] scales(int row) {
    float[] values = new float[groups()];
    scales.file().readColumn(scales.name(), row, values);
    for (int g = 0; g < values.length; g++) {
      if (!Float.isFinite(values[g])) {
        throw scales.wrong("the scale of group " + g + " of channel " + row + " is " + values[g]);
      }
    }
    return values;
  }

  private int groups() {
    return (columns + group - 1) / group;
  }

  private static int number(int word, int place) {
    return (word >>> (PackedFormat.BITS * place)) & MASK;
  }
}
