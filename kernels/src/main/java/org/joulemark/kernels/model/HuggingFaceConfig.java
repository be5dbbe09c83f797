package org.joulemark.kernels.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code config.json} of a Hugging Face model folder, in the spelling of transformers 5
 * ({@code rope_parameters}) and in older ones ({@code rope_theta}, {@code n_embed}, …). Fields that
 * a family's configuration class gives a default may be absent, as may {@code null} ones.
 *
 * <p>What would make a pass compute something else than this suite does (another activation, scaled
 * rotary embeddings of an unknown kind, layers that differ in their attention) is refused by name.
 */
public final class HuggingFaceConfig {
  /** The file's name in a model folder. */
  public static final String FILE_NAME = "config.json";

  // No real model comes near; what is larger would overflow sizes that are products of these.
  private static final int MOST_LAYERS = 4096;
  private static final int MOST_HEADS = 1 << 14;
  private static final int LARGEST_HEAD = 1 << 13;
  private static final int LARGEST_WIDTH = 1 << 22;
  private static final int LARGEST_VOCABULARY = 1 << 24;

  private final Path file;
  private final JsonNode root;

  private HuggingFaceConfig(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * The shape that {@code folder/config.json} describes; its id is the folder's name.
   *
   * @throws ModelFormatException naming the file and the field if it is missing, broken, of a
   *     family that this suite does not know, or asks for what it does not compute
   */
  public static ModelShape read(Path folder) {
    Path file = folder.resolve(FILE_NAME);
    HuggingFaceConfig config = new HuggingFaceConfig(file, JsonFile.read(file));
    Path name = folder.toAbsolutePath().normalize().getFileName();
    String id = name == null ? folder.toString() : name.toString();
    try {
      return config.shape(id);
    } catch (IllegalArgumentException e) {
      // The sizes are each in range but do not fit together.
      throw new ModelFormatException(file, String.valueOf(e.getMessage()), e);
    }
  }

  private ModelShape shape(String id) {
    String family = text("model_type");
    return switch (family) {
      case "qwen2", "llama", "mistral" -> gatedShape(id, family);
      case "bloom" -> bloomShape(id);
      default ->
          throw wrong(
              "model_type",
              "\""
                  + family
                  + "\" is a family that is not known (qwen2, llama, mistral and bloom are)");
    };
  }

  private ModelShape gatedShape(String id, String family) {
    requireText("hidden_act", "silu");
    if (flag("mlp_bias", false)) {
      throw wrong("mlp_bias", "a feed-forward part with bias is not computed");
    }
    int heads = size("num_attention_heads", MOST_HEADS);
    boolean attentionBias = family.equals("llama") && flag("attention_bias", false);
    return new ModelShape(
        id,
        id,
        family,
        false,
        size("hidden_size", LARGEST_WIDTH),
        size("intermediate_size", LARGEST_WIDTH),
        size("num_hidden_layers", MOST_LAYERS),
        heads,
        optionalSize("num_key_value_heads", MOST_HEADS).orElse(heads),
        size("vocab_size", LARGEST_VOCABULARY),
        flag("tie_word_embeddings", false),
        slidingWindow(family),
        ropeTheta(),
        number(root, "rms_norm_eps", 1e-6),
        optionalSize("head_dim", LARGEST_HEAD).orElse(0),
        ropeScaling(),
        // Qwen2's own code always gives q, k and v a bias.
        family.equals("qwen2") || attentionBias,
        attentionBias,
        false,
        true,
        1,
        1,
        file.toString());
  }

  private ModelShape bloomShape(String id) {
    if (flag("apply_residual_connection_post_layernorm", false)) {
      throw wrong(
          "apply_residual_connection_post_layernorm", "a residual after the norm is not computed");
    }
    int hidden = size(firstPresent("hidden_size", "n_embed"), LARGEST_WIDTH);
    int heads = size(firstPresent("n_head", "num_attention_heads"), MOST_HEADS);
    return new ModelShape(
        id,
        id,
        "bloom",
        false,
        hidden,
        4 * hidden,
        size(firstPresent("n_layer", "num_hidden_layers"), MOST_LAYERS),
        heads,
        heads,
        size("vocab_size", LARGEST_VOCABULARY),
        flag("tie_word_embeddings", true),
        0,
        0,
        number(root, "layer_norm_epsilon", 1e-5),
        0,
        null,
        false,
        false,
        true,
        false,
        1,
        1,
        file.toString());
  }

  /**
   * Keys that a query sees, 0 for all. Qwen2 names a window that counts only under {@code
   * use_sliding_window}, and then from layer {@code max_window_layers} on.
   */
  private int slidingWindow(String family) {
    Optional<Integer> window = optionalSize("sliding_window", Integer.MAX_VALUE);
    return switch (family) {
      case "mistral" -> window.orElse(0);
      case "qwen2" -> {
        if (!flag("use_sliding_window", false) || window.isEmpty()) {
          yield 0;
        }
        int layers = size("num_hidden_layers", MOST_LAYERS);
        JsonNode first = root.get("max_window_layers");
        if (first == null || !first.isInt()) {
          throw wrong("max_window_layers", "a whole number is missing beside use_sliding_window");
        }
        if (first.intValue() >= layers) {
          yield 0;
        }
        if (first.intValue() > 0) {
          throw wrong(
              "max_window_layers",
              first.intValue()
                  + " of "
                  + layers
                  + " layers see everything and the others a window, which is not computed");
        }
        yield window.get();
      }
      default -> 0;
    };
  }

  private double ropeTheta() {
    JsonNode nested = ropeParameters();
    double theta =
        nested != null && nested.hasNonNull("rope_theta")
            ? number(nested, "rope_theta", Double.NaN)
            : number(root, "rope_theta", 10_000.0);
    if (!(theta > 1)) {
      throw wrong("rope_theta", "it must be greater than 1");
    }
    return theta;
  }

  private @Nullable RopeScaling ropeScaling() {
    String field = root.hasNonNull("rope_parameters") ? "rope_parameters" : "rope_scaling";
    JsonNode node = ropeParameters();
    if (node == null) {
      return null;
    }
    JsonNode type = node.hasNonNull("rope_type") ? node.get("rope_type") : node.get("type");
    if (type == null || type.isNull() || type.asText().equals("default")) {
      return null;
    }
    if (!type.asText().equals("llama3")) {
      throw wrong(
          field, "rope_type \"" + type.asText() + "\" is not computed (default and llama3 are)");
    }
    JsonNode positions = node.get("original_max_position_embeddings");
    if (positions == null || !positions.isInt()) {
      throw wrong(field, "original_max_position_embeddings is missing or no whole number");
    }
    return new RopeScaling(
        number(node, "factor", Double.NaN),
        number(node, "low_freq_factor", Double.NaN),
        number(node, "high_freq_factor", Double.NaN),
        positions.intValue());
  }

  /** The object with the rotary embedding's numbers under its new or its old name, if any. */
  private @Nullable JsonNode ropeParameters() {
    for (String field : new String[] {"rope_parameters", "rope_scaling"}) {
      if (root.hasNonNull(field)) {
        if (!root.get(field).isObject()) {
          throw wrong(field, "it is not an object");
        }
        return root.get(field);
      }
    }
    return null;
  }

  private String firstPresent(String name, String otherName) {
    return root.hasNonNull(name) || !root.hasNonNull(otherName) ? name : otherName;
  }

  private int size(String field, int largest) {
    return optionalSize(field, largest).orElseThrow(() -> wrong(field, "it is missing"));
  }

  private Optional<Integer> optionalSize(String field, int largest) {
    JsonNode node = root.get(field);
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isIntegralNumber()
        || !node.canConvertToInt()
        || node.intValue() < 1
        || node.intValue() > largest) {
      throw wrong(field, shortened(node) + " is not a whole number from 1 to " + largest);
    }
    return Optional.of(node.intValue());
  }

  private double number(JsonNode object, String field, double byDefault) {
    JsonNode node = object.get(field);
    if (node == null || node.isNull()) {
      if (Double.isNaN(byDefault)) {
        throw wrong(field, "it is missing");
      }
      return byDefault;
    }
    if (!node.isNumber() || !(node.doubleValue() > 0) || Double.isInfinite(node.doubleValue())) {
      throw wrong(field, shortened(node) + " is not a positive number");
    }
    return node.doubleValue();
  }

  private boolean flag(String field, boolean byDefault) {
    JsonNode node = root.get(field);
    if (node == null || node.isNull()) {
      return byDefault;
    }
    if (!node.isBoolean()) {
      throw wrong(field, shortened(node) + " is neither true nor false");
    }
    return node.booleanValue();
  }

  private String text(String field) {
    JsonNode node = root.get(field);
    if (node == null || node.isNull()) {
      throw wrong(field, "it is missing");
    }
    if (!node.isTextual()) {
      throw wrong(field, shortened(node) + " is not a string");
    }
    return node.textValue();
  }

  private void requireText(String field, String only) {
    if (root.hasNonNull(field) && !text(field).equals(only)) {
      throw wrong(field, "\"" + text(field) + "\" is not computed (" + only + " is)");
    }
  }

  private ModelFormatException wrong(String field, String problem) {
    return new ModelFormatException(file, "field " + field + ": " + problem);
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
