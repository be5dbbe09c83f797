package org.joulemark.kernels.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The tensors of a whole model under Hugging Face's names; BLOOM's without the prefix {@code
 * transformer.}.
 *
 * @param embedding [vocabulary, hidden]
 * @param embeddingNorm over the embedding, where the model has it (BLOOM)
 * @param layers the decoder layers in order
 * @param finalNorm after the last layer
 * @param head [vocabulary, hidden]; the embedding itself where the head is tied
 */
public record ModelTensors(
    TensorSpec embedding,
    Optional<Affine> embeddingNorm,
    List<LayerTensors> layers,
    Affine finalNorm,
    TensorSpec head) {

  /**
   * The tensors of that model.
   *
   * @throws IllegalArgumentException for a family whose layers are not known
   */
  public static ModelTensors of(ModelShape shape) {
    boolean bloom = shape.family().equals("bloom");
    int hidden = shape.hidden();
    TensorSpec embedding =
        TensorSpec.matrix(
            bloom ? "word_embeddings.weight" : "model.embed_tokens.weight",
            shape.vocabulary(),
            hidden);
    return new ModelTensors(
        embedding,
        bloom
            ? Optional.of(Affine.norm("word_embeddings_layernorm", hidden, true))
            : Optional.empty(),
        IntStream.range(0, shape.layers()).mapToObj(i -> LayerTensors.of(shape, i)).toList(),
        Affine.norm(bloom ? "ln_f" : "model.norm", hidden, shape.allBias()),
        shape.tiedHead()
            ? embedding
            : TensorSpec.matrix("lm_head.weight", shape.vocabulary(), hidden));
  }

  /** Every tensor of the model, each once. */
  public List<TensorSpec> all() {
    List<TensorSpec> all = new ArrayList<>();
    all.add(embedding);
    embeddingNorm.ifPresent(norm -> all.addAll(norm.tensors()));
    layers.forEach(layer -> all.addAll(layer.all()));
    all.addAll(finalNorm.tensors());
    if (!head.equals(embedding)) {
      all.add(head);
    }
    return List.copyOf(all);
  }
}
