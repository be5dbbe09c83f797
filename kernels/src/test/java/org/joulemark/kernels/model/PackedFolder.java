package org.joulemark.kernels.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.joulemark.kernels.quant.Fp16;
import org.jspecify.annotations.Nullable;

/**
 * Writes a tiny mistral whose linear parts are INT4 codes, for tests, and remembers what it wrote.
 * Words are filled nibble by nibble.
 */
public final class PackedFolder {
  /** Channels in the order in which AWQ fills a word, from its lowest bits. */
  private static final List<Integer> AWQ_ORDER = List.of(0, 2, 4, 6, 1, 3, 5, 7);

  private final String format;
  private final int group;
  private final boolean reordered;
  private final Random random = new Random(11);
  private final Map<String, Part> parts = new HashMap<>();

  /** What a part holds: q [N][K], z and s [N][groups], groupOf [K]. */
  static final class Part {
    private final int[][] q;
    private final int[][] z;
    private final float[][] s;
    private final int[] groupOf;

    Part(int[][] q, int[][] z, float[][] s, int[] groupOf) {
      this.q = q;
      this.z = z;
      this.s = s;
      this.groupOf = groupOf;
    }

    int[][] q() {
      return q;
    }

    int[][] z() {
      return z;
    }

    float[][] s() {
      return s;
    }

    int[] groupOf() {
      return groupOf;
    }
  }

  /** One tensor as it is written. */
  static final class Raw {
    private final String name;
    private final String dtype;
    private final List<Integer> shape;
    private final byte[] bytes;

    Raw(String name, String dtype, List<Integer> shape, byte[] bytes) {
      this.name = name;
      this.dtype = dtype;
      this.shape = shape;
      this.bytes = bytes;
    }

    String name() {
      return name;
    }

    String dtype() {
      return dtype;
    }

    List<Integer> shape() {
      return shape;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /**
   * A folder to be written.
   *
   * @param format {@code gptq}, {@code gptq_v2} or {@code awq}
   * @param group inputs that share a scale
   * @param reordered whether GPTQ's g_idx is no run of consecutive inputs
   */
  public PackedFolder(String format, int group, boolean reordered) {
    this.format = format;
    this.group = group;
    this.reordered = reordered;
  }

  /** Writes the folder. */
  public Path write(Path folder) throws IOException {
    return write(folder, raw -> raw);
  }

  /**
   * Writes the folder with something wrong.
   *
   * @param change what becomes of each tensor; without bytes it is left out
   */
  Path write(Path folder, UnaryOperator<Raw> change) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config());
    SafetensorsBuilder builder = new SafetensorsBuilder();
    for (TensorSpec tensor : ModelTensors.of(HuggingFaceConfig.read(folder)).all()) {
      for (Raw raw : tensor.name().contains("_proj") ? packed(tensor) : List.of(plain(tensor))) {
        Raw changed = change.apply(raw);
        if (changed.bytes.length > 0) {
          builder.raw(changed.name, changed.dtype, changed.shape, changed.bytes);
        }
      }
    }
    builder.write(folder.resolve("model.safetensors"));
    return folder;
  }

  String config() {
    return "{\"model_type\":\"mistral\",\"hidden_size\":256,\"intermediate_size\":128,"
        + "\"num_hidden_layers\":2,\"num_attention_heads\":4,\"num_key_value_heads\":2,"
        + "\"vocab_size\":97,\"quantization_config\":{\"bits\":4,\"group_size\":"
        + group
        + (format.equals("awq")
            ? ",\"quant_method\":\"awq\",\"version\":\"gemm\",\"zero_point\":true}}"
            : ",\"quant_method\":\"gptq\",\"sym\":false,\"desc_act\":"
                + reordered
                + (format.equals("gptq") ? "" : ",\"checkpoint_format\":\"gptq_v2\"")
                + "}}");
  }

  /** What was written for a tensor, null if it is stored as numbers. */
  @Nullable Part part(TensorSpec tensor) {
    return parts.get(tensor.name());
  }

  private Raw plain(TensorSpec tensor) {
    ByteBuffer bytes = ByteBuffer.allocate((int) tensor.elements() * 4);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < tensor.elements(); i++) {
      bytes.putFloat((float) random.nextGaussian());
    }
    return new Raw(tensor.name(), "F32", tensor.dimensions(), bytes.array());
  }

  private List<Raw> packed(TensorSpec tensor) {
    int n = tensor.rows();
    int k = tensor.columns();
    int groups = (k + group - 1) / group;
    int[] groupOf = new int[k];
    for (int i = 0; i < k; i++) {
      groupOf[i] = reordered ? i % groups : i / group;
    }
    Part part = new Part(new int[n][k], new int[n][groups], new float[n][groups], groupOf);
    parts.put(tensor.name(), part);
    boolean awq = format.equals("awq");
    byte[] codes = new byte[n * k / 2];
    byte[] zeros = new byte[groups * n / 2];
    ByteBuffer scales = ByteBuffer.allocate(groups * n * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (int channel = 0; channel < n; channel++) {
      for (int i = 0; i < k; i++) {
        // Not all codes occur, so that quantizing the numbers again gives others.
        int q = 2 + random.nextInt(10);
        part.q[channel][i] = q;
        if (awq) {
          nibble(codes, i * (n / 8) + channel / 8, AWQ_ORDER.indexOf(channel % 8), q);
        } else {
          nibble(codes, i / 8 * n + channel, i % 8, q);
        }
      }
      for (int g = 0; g < groups; g++) {
        int z = random.nextInt(16);
        float s = Fp16.decode(Fp16.encode(0.003f + 0.01f * random.nextFloat()));
        part.z[channel][g] = z;
        part.s[channel][g] = s;
        int written = format.equals("gptq") ? (z == 0 ? 15 : z - 1) : z;
        int place = awq ? AWQ_ORDER.indexOf(channel % 8) : channel % 8;
        nibble(zeros, g * (n / 8) + channel / 8, place, written);
        scales.putShort((g * n + channel) * 2, Fp16.encode(s));
      }
    }
    String name = tensor.name().replace(".weight", "");
    List<Raw> all = new ArrayList<>();
    List<Integer> shape = awq ? List.of(k, n / 8) : List.of(k / 8, n);
    all.add(new Raw(name + ".qweight", "I32", shape, codes));
    all.add(new Raw(name + ".qzeros", "I32", List.of(groups, n / 8), zeros));
    all.add(new Raw(name + ".scales", "F16", List.of(groups, n), scales.array()));
    if (!awq) {
      ByteBuffer order = ByteBuffer.allocate(4 * k).order(ByteOrder.LITTLE_ENDIAN);
      order.asIntBuffer().put(groupOf);
      all.add(new Raw(name + ".g_idx", "I32", List.of(k), order.array()));
    }
    return all;
  }

  /** Little-endian words: nibble 0 is the low half of the first byte. */
  private static void nibble(byte[] words, int word, int place, int value) {
    words[4 * word + place / 2] |= (byte) (place % 2 == 0 ? value : value << 4);
  }
}
