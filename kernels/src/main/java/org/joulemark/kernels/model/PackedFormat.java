package org.joulemark.kernels.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * How a checkpoint stores linear parts as INT4 codes: the object {@code quantization_config} of a
 * {@code config.json}, as AutoGPTQ, GPTQModel and AutoAWQ write it.
 *
 * @param packing what the words of codes and zero points hold
 * @param zerosLessOne whether a zero point z is stored as z − 1 modulo 16, as GPTQ's first format
 *     does ({@code checkpoint_format} {@code gptq}; {@code gptq_v2} and AWQ store it as it is)
 * @param group consecutive inputs that share a scale and a zero point; 0 for all
 * @param reordered whether inputs were quantized in another order ({@code desc_act}), so that
 *     {@code g_idx} must say which group each belongs to
 */
record PackedFormat(Packing packing, boolean zerosLessOne, int group, boolean reordered) {
  static final int BITS = 4;
  private static final String FIELD = "quantization_config";
  private static final int ALL_INPUTS = -1;

  /** What the 32-bit words hold; the first number always lies in the lowest bits. */
  enum Packing {
    /**
     * {@code qweight} [K/8, N]: 8 consecutive inputs of one output channel a word; {@code qzeros}
     * [groups, N/8]: 8 consecutive channels a word.
     */
    GPTQ,
    /**
     * {@code qweight} [K, N/8], {@code qzeros} [groups, N/8]: 8 consecutive output channels a word,
     * in the order 0, 2, 4, 6, 1, 3, 5, 7.
     */
    AWQ
  }

  /**
   * The format of a folder's checkpoint, empty where it is not quantized.
   *
   * @throws ModelFormatException naming the file and the field for a format that is not read
   */
  static Optional<PackedFormat> read(Path folder) {
    Path file = folder.resolve(HuggingFaceConfig.FILE_NAME);
    JsonNode node = JsonFile.read(file).path(FIELD);
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isObject()) {
      throw wrong(file, "", "it is not an object");
    }
    String method = text(file, node, "quant_method", "");
    int bits = number(file, node, "bits");
    if (!method.equals("gptq") && !method.equals("awq")) {
      throw wrong(file, ".quant_method", "\"" + method + "\" is not read (gptq and awq are)");
    }
    if (bits != BITS) {
      throw wrong(file, ".bits", "codes of " + bits + " bits are not read (of 4 bits are)");
    }
    int group = number(file, node, "group_size");
    if (group < 1 && group != ALL_INPUTS) {
      throw wrong(file, ".group_size", group + " is neither positive nor -1 for all inputs");
    }
    int inputs = group == ALL_INPUTS ? 0 : group;
    return Optional.of(method.equals("gptq") ? gptq(file, node, inputs) : awq(file, node, inputs));
  }

  private static PackedFormat gptq(Path file, JsonNode node, int group) {
    String format = text(file, node, "checkpoint_format", "gptq");
    if (!format.equals("gptq") && !format.equals("gptq_v2")) {
      throw wrong(
          file, ".checkpoint_format", "\"" + format + "\" is not read (gptq and gptq_v2 are)");
    }
    JsonNode order = node.path("desc_act");
    if (!order.isMissingNode() && !order.isNull() && !order.isBoolean()) {
      throw wrong(file, ".desc_act", "it is neither true nor false");
    }
    return new PackedFormat(Packing.GPTQ, format.equals("gptq"), group, order.asBoolean(false));
  }

  private static PackedFormat awq(Path file, JsonNode node, int group) {
    String version = text(file, node, "version", "gemm");
    if (!version.equals("gemm")) {
      throw wrong(file, ".version", "AWQ's layout \"" + version + "\" is not read (gemm is)");
    }
    return new PackedFormat(Packing.AWQ, false, group, false);
  }

  private static String text(Path file, JsonNode node, String field, String byDefault) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return byDefault;
    }
    if (!value.isTextual() || value.textValue().length() > 40) {
      throw wrong(file, "." + field, "it is not a short string");
    }
    return value.textValue().toLowerCase(Locale.ROOT);
  }

  private static int number(Path file, JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isInt()) {
      throw wrong(file, "." + field, "it is missing or not a whole number");
    }
    return value.intValue();
  }

  private static ModelFormatException wrong(Path file, String field, String problem) {
    return new ModelFormatException(file, "field " + FIELD + field + ": " + problem);
  }
}
