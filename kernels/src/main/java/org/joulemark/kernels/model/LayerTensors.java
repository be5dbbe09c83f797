package org.joulemark.kernels.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tensors of one decoder layer under Hugging Face's names. The order of {@code attentionInputs}
 * and {@code feedForwardInputs} is that of the family: q, k, v and gate, up; BLOOM has one fused
 * part in each, and its fused query-key-value rows interleave as [heads, 3, headSize].
 *
 * @param inputNorm before attention
 * @param attentionInputs q, k and v, or one fused part
 * @param attentionOutput the output projection
 * @param postNorm before the feed-forward part
 * @param feedForwardInputs gate and up, or up alone
 * @param feedForwardOutput down
 */
public record LayerTensors(
    Affine inputNorm,
    List<Affine> attentionInputs,
    Affine attentionOutput,
    Affine postNorm,
    List<Affine> feedForwardInputs,
    Affine feedForwardOutput) {

  /**
   * Why this suite cannot compute a layer of that model, if it cannot: one clause that names the
   * model.
   */
  public static Optional<String> unsupported(ModelShape shape) {
    return switch (shape.family()) {
      case "qwen2", "mistral", "llama", "bloom" -> Optional.empty();
      default ->
          Optional.of(
              shape.id()
                  + " is of the family "
                  + shape.family()
                  + ", whose layer is not implemented (qwen2, mistral, llama and bloom are)");
    };
  }

  /**
   * The tensors of layer {@code index} of a model, named from the model's root; BLOOM's without the
   * prefix {@code transformer.}.
   *
   * @throws IllegalArgumentException for a family that has no such layer
   */
  public static LayerTensors of(ModelShape shape, int index) {
    return withPrefix(
        shape, (shape.family().equals("bloom") ? "h." : "model.layers.") + index + ".");
  }

  /**
   * The tensors of a layer that stands alone, named from the layer's root.
   *
   * @throws IllegalArgumentException for a family that has no such layer
   */
  public static LayerTensors alone(ModelShape shape) {
    return withPrefix(shape, "");
  }

  private static LayerTensors withPrefix(ModelShape shape, String prefix) {
    unsupported(shape)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException(reason + ".");
            });
    int hidden = shape.hidden();
    int queries = shape.queryWidth();
    int keys = shape.kvWidth();
    int inner = shape.intermediate();
    boolean biased = shape.allBias();
    Affine inputNorm = Affine.norm(prefix + "input_layernorm", hidden, biased);
    Affine postNorm = Affine.norm(prefix + "post_attention_layernorm", hidden, biased);
    if (shape.family().equals("bloom")) {
      String attention = prefix + "self_attention.";
      return new LayerTensors(
          inputNorm,
          List.of(Affine.linear(attention + "query_key_value", 3 * queries, hidden, biased)),
          Affine.linear(attention + "dense", hidden, queries, biased),
          postNorm,
          List.of(Affine.linear(prefix + "mlp.dense_h_to_4h", inner, hidden, biased)),
          Affine.linear(prefix + "mlp.dense_4h_to_h", hidden, inner, biased));
    }
    String attention = prefix + "self_attn.";
    boolean qkvBias = shape.qkvBias() || biased;
    return new LayerTensors(
        inputNorm,
        List.of(
            Affine.linear(attention + "q_proj", queries, hidden, qkvBias),
            Affine.linear(attention + "k_proj", keys, hidden, qkvBias),
            Affine.linear(attention + "v_proj", keys, hidden, qkvBias)),
        Affine.linear(attention + "o_proj", hidden, queries, shape.outputBias() || biased),
        postNorm,
        List.of(
            Affine.linear(prefix + "mlp.gate_proj", inner, hidden, biased),
            Affine.linear(prefix + "mlp.up_proj", inner, hidden, biased)),
        Affine.linear(prefix + "mlp.down_proj", hidden, inner, biased));
  }

  /** Every tensor of the layer. */
  public List<TensorSpec> all() {
    List<TensorSpec> all = new ArrayList<>(inputNorm.tensors());
    attentionInputs.forEach(part -> all.addAll(part.tensors()));
    all.addAll(attentionOutput.tensors());
    all.addAll(postNorm.tensors());
    feedForwardInputs.forEach(part -> all.addAll(part.tensors()));
    all.addAll(feedForwardOutput.tensors());
    return List.copyOf(all);
  }
}
