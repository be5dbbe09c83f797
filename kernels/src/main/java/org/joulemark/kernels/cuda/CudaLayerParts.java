package org.joulemark.kernels.cuda;

import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.engine.Decisions;

/**
 * Everything of a pass but attention, bound layer by layer. What lies between a norm, a product, a
 * bias, a residual and an activation is the implementation's own: it may hand over what is
 * quantized already, and fuse what follows a product into it.
 */
interface CudaLayerParts {

  /** The norm before attention and QKV: from the frame's input to its qkv. */
  CudaCall attentionIn(CudaLayerWeights weights);

  /** The output projection and the residual: from the frame's attended and input to its middle. */
  CudaCall attentionOut(CudaLayerWeights weights);

  /** The second norm, the feed-forward part and the residual: from the middle to the output. */
  CudaCall feedForward(CudaLayerWeights weights);

  /** How each part is carried out, under its name and a dot; complete after a layer is bound. */
  Map<String, String> facts();

  /**
   * What was counted and measured since a layer was bound, in keys as those of {@link #facts};
   * waits for the stream.
   */
  default Map<String, String> measured() {
    return Map.of();
  }

  /**
   * What was decided since a layer was bound, empty where nothing is; waits for the stream. The
   * time of a decision is taken once, of decisions that nothing follows from.
   */
  default Optional<Decisions> decisions() {
    return Optional.empty();
  }
}
