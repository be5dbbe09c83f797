package org.joulemark.kernels.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The shape of one decoder-only transformer: everything that its cost depends on, and nothing of
 * its weights.
 *
 * @param id short name used in parameters, such as {@code qwen2.5-7b}
 * @param title the model's full public name
 * @param family how a layer is computed: {@code qwen2}, {@code mistral}, {@code llama}, {@code
 *     bloom} or {@code mixtral}
 * @param study whether the model is one of the six of the study
 * @param hidden width of the residual stream
 * @param intermediate width of the feed-forward part
 * @param layers number of decoder layers
 * @param heads query heads
 * @param kvHeads key and value heads (grouped-query attention where fewer than {@code heads})
 * @param vocabulary rows of the embedding
 * @param tiedHead whether the output head shares the embedding's weight
 * @param slidingWindow keys that a query sees, 0 for all
 * @param ropeTheta base of the rotary embedding, 0 where positions come from ALiBi
 * @param normEpsilon epsilon of RMSNorm or LayerNorm
 * @param headSize width of one attention head; where a description leaves it out (0), hidden /
 *     heads
 * @param ropeScaling how the rotary frequencies are stretched, null for not at all
 * @param qkvBias whether the query, key and value projections have a bias
 * @param outputBias whether the attention's output projection has a bias
 * @param allBias whether every linear part and norm has a bias (BLOOM)
 * @param gated whether the feed-forward part is gated (SwiGLU: gate, up and down)
 * @param experts feed-forward experts per layer, 1 for a dense model
 * @param activeExperts experts that one token passes through
 * @param source where the numbers come from
 */
public record ModelShape(
    @JsonProperty(required = true) String id,
    @JsonProperty(required = true) String title,
    @JsonProperty(required = true) String family,
    boolean study,
    @JsonProperty(required = true) int hidden,
    @JsonProperty(required = true) int intermediate,
    @JsonProperty(required = true) int layers,
    @JsonProperty(required = true) int heads,
    @JsonProperty(required = true) int kvHeads,
    @JsonProperty(required = true) int vocabulary,
    boolean tiedHead,
    int slidingWindow,
    double ropeTheta,
    @JsonProperty(required = true) double normEpsilon,
    int headSize,
    @Nullable RopeScaling ropeScaling,
    boolean qkvBias,
    boolean outputBias,
    boolean allBias,
    boolean gated,
    @JsonProperty(required = true) int experts,
    @JsonProperty(required = true) int activeExperts,
    @JsonProperty(required = true) String source) {

  /** Checks that the sizes are positive and fit together. */
  public ModelShape {
    if (hidden <= 0 || intermediate <= 0 || layers <= 0 || heads <= 0 || kvHeads <= 0) {
      throw new IllegalArgumentException("model " + id + ": every size must be positive");
    }
    if (headSize == 0) {
      if (hidden % heads != 0) {
        throw new IllegalArgumentException("model " + id + ": hidden must divide by heads");
      }
      headSize = hidden / heads;
    }
    if (headSize < 0 || slidingWindow < 0 || vocabulary < 0) {
      throw new IllegalArgumentException("model " + id + ": no size may be negative");
    }
    if (heads % kvHeads != 0) {
      throw new IllegalArgumentException("model " + id + ": heads must divide by kvHeads");
    }
    if (experts < 1 || activeExperts < 1 || activeExperts > experts) {
      throw new IllegalArgumentException("model " + id + ": 1 <= activeExperts <= experts");
    }
  }

  /**
   * The start of this model: the same but for its number of layers. It reads the same tensors, so
   * it stands for the whole where that is too large for a reference.
   *
   * @throws IllegalArgumentException unless {@code count} is in [1, layers]
   */
  public ModelShape firstLayers(int count) {
    if (count < 1 || count > layers) {
      throw new IllegalArgumentException(
          "model " + id + " has " + layers + " layers, of which " + count + " cannot be taken");
    }
    return new ModelShape(
        id,
        title,
        family,
        study,
        hidden,
        intermediate,
        count,
        heads,
        kvHeads,
        vocabulary,
        tiedHead,
        slidingWindow,
        ropeTheta,
        normEpsilon,
        headSize,
        ropeScaling,
        qkvBias,
        outputBias,
        allBias,
        gated,
        experts,
        activeExperts,
        source);
  }

  /** Width of the queries of one token, all heads together. */
  public int queryWidth() {
    return heads * headSize;
  }

  /** Width of the keys, and of the values, of one token, all heads together. */
  public int kvWidth() {
    return kvHeads * headSize;
  }

  /** Whether positions come from ALiBi, rather than from a rotary embedding. */
  public boolean alibi() {
    return ropeTheta == 0;
  }

  /**
   * The linear parts of one layer in the order in which a pass runs them: query, key and value are
   * one fused product, and so are gate and up.
   */
  public List<LinearLayer> linearLayers() {
    List<LinearLayer> parts = new ArrayList<>();
    parts.add(new LinearLayer("qkv", queryWidth() + 2 * kvWidth(), hidden));
    parts.add(new LinearLayer("o", hidden, queryWidth()));
    parts.add(
        gated
            ? new LinearLayer("gate_up", 2 * intermediate, hidden)
            : new LinearLayer("up", intermediate, hidden));
    parts.add(new LinearLayer("down", hidden, intermediate));
    return List.copyOf(parts);
  }

  /** The linear part of that name, if this model has one. */
  public Optional<LinearLayer> linearLayer(String name) {
    return linearLayers().stream().filter(part -> part.name().equals(name)).findFirst();
  }

  /** Parameters of one decoder layer, norms and biases included; every expert counts. */
  public long parametersPerLayer() {
    long qkvRows = queryWidth() + 2L * kvWidth();
    long attention = qkvRows * hidden + (long) hidden * queryWidth();
    long feedForward = (gated ? 3L : 2L) * hidden * intermediate * experts;
    long router = experts > 1 ? (long) experts * hidden : 0;
    long norms = 2L * hidden;
    long biases = 0;
    if (qkvBias || allBias) {
      biases += qkvRows;
    }
    if (outputBias) {
      biases += hidden;
    }
    if (allBias) {
      // o, up, down, and the two norms' own biases.
      biases += hidden + intermediate + hidden + 2L * hidden;
    }
    return attention + feedForward + router + norms + biases;
  }

  /**
   * Parameters of the whole model: embedding, layers, final norm, and the head where it is not
   * tied.
   */
  public long parameters() {
    long embedding = (long) vocabulary * hidden;
    long finalNorm = allBias ? 2L * hidden : hidden;
    // BLOOM normalises its embedding, with weight and bias.
    long embeddingNorm = family.equals("bloom") ? 2L * hidden : 0;
    return embedding * (tiedHead ? 1 : 2)
        + embeddingNorm
        + layers * parametersPerLayer()
        + finalNorm;
  }

  /**
   * Floating-point operations that the linear parts and the head spend on one token (2 per
   * multiply-add; attention over the context comes on top and depends on its length).
   */
  public long linearFlopsPerToken() {
    long attention = (2L * queryWidth() + 2L * kvWidth()) * hidden;
    long feedForward = (gated ? 3L : 2L) * hidden * intermediate * activeExperts;
    return 2 * (layers * (attention + feedForward) + (long) vocabulary * hidden);
  }

  /**
   * Bytes of key and value cache for one token.
   *
   * @param bytesPerElement size of one cached number, its share of scales included
   */
  public long kvBytesPerToken(double bytesPerElement) {
    return Math.round(2.0 * layers * kvWidth() * bytesPerElement);
  }
}
