package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import org.joulemark.kernels.layer.KvCacheShape;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.ModelTensors;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/** A whole model's weights and its KV cache on the device. */
final class CudaModelWeights {
  private final ModelShape shape;
  private final ElementType type;
  private final ModelTensors tensors;
  private final TensorSource source;

  private final DeviceArena.Slice embedding;
  private final @Nullable CudaNormWeights embeddingNorm;
  private final CudaNormWeights finalNorm;
  private final DeviceArena.Slice head;
  private final List<CudaLayerWeights> layers = new ArrayList<>();
  private final List<CudaKvCache> caches = new ArrayList<>();
  private final CudaPositions positions;
  private final LayerWeights kind;

  /**
   * Plans the memory.
   *
   * @param linear how linear parts of layers are stored
   */
  CudaModelWeights(
      DeviceArena arena, ModelProblem problem, TensorSource source, CudaLinearKind linear) {
    this.shape = problem.shape();
    this.type = problem.precision().weight();
    this.source = source;
    this.tensors = ModelTensors.of(shape);
    this.embedding = arena.reserve(type, shape.vocabulary(), shape.hidden());
    this.embeddingNorm = tensors.embeddingNorm().map(norm -> plan(arena, norm)).orElse(null);
    this.finalNorm = plan(arena, tensors.finalNorm());
    this.head =
        shape.tiedHead() ? embedding : arena.reserve(type, shape.vocabulary(), shape.hidden());
    this.kind = new LayerWeights(shape, tensors.layers().get(0), source);
    for (LayerTensors layer : tensors.layers()) {
      layers.add(
          new CudaLayerWeights(
              arena,
              new LayerWeights(shape, layer, source),
              problem.scales(layers.size()),
              type,
              linear));
      caches.add(
          CudaKvCache.of(
              arena,
              KvCacheShape.of(shape, problem.batch(), problem.capacity()),
              problem.strategy()));
    }
    this.positions = new CudaPositions(arena, shape, type, problem.capacity());
  }

  private CudaNormWeights plan(DeviceArena arena, Affine norm) {
    int width = norm.weight().columns();
    return new CudaNormWeights(
        arena.reserve(type, 1, width),
        norm.bias().isPresent() ? arena.reserve(type, 1, width) : null);
  }

  /** Fills the weights; the cache stays as it is. */
  void fill(RowUpload upload) {
    fill(upload, embedding, tensors.embedding());
    if (embeddingNorm != null) {
      fill(upload, embeddingNorm, tensors.embeddingNorm().orElseThrow());
    }
    fill(upload, finalNorm, tensors.finalNorm());
    if (!shape.tiedHead()) {
      fill(upload, head, tensors.head());
    }
    layers.forEach(layer -> layer.fill(upload));
    positions.fill(upload);
  }

  private void fill(RowUpload upload, CudaNormWeights part, Affine norm) {
    fill(upload, part.weight(), norm.weight());
    DeviceArena.Slice bias = part.bias();
    if (bias != null) {
      norm.bias().ifPresent(tensor -> fill(upload, bias, tensor));
    }
  }

  private void fill(RowUpload upload, DeviceArena.Slice slice, TensorSpec tensor) {
    slice.fill(
        upload,
        type,
        tensor.rows(),
        tensor.columns(),
        (row, into) -> source.row(tensor, row, into));
  }

  /** [vocabulary, H]. */
  DeviceArena.Slice embedding() {
    return embedding;
  }

  /** The norm over the embedding, null where the model has none. */
  @Nullable CudaNormWeights embeddingNorm() {
    return embeddingNorm;
  }

  /** The norm after the last layer. */
  CudaNormWeights finalNorm() {
    return finalNorm;
  }

  /** [vocabulary, H]; the head has no bias. */
  DeviceArena.Slice head() {
    return head;
  }

  /** In order. */
  List<CudaLayerWeights> layers() {
    return layers;
  }

  /** One for each layer. */
  List<CudaKvCache> caches() {
    return caches;
  }

  /** Angles or slopes. */
  CudaPositions positions() {
    return positions;
  }

  /** The first layer, for what is the same in all. */
  LayerWeights kind() {
    return kind;
  }
}
