package org.joulemark.kernels.cuda;

import org.joulemark.kernels.layer.KvCacheShape;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * What attention over caches of INT8 codes needs beside that over numbers. A single new token's
 * kernel reads codes; the other kernels read a copy of the cache in the storage format, which all
 * layers share: writing the new tokens writes there too, and what lies before them is dequantized.
 */
final class CudaCacheCodes {
  private static final int THREADS = 256;
  private static final int VECTOR_BYTES = 16;
  // An argument's place in the kernel's source.
  private static final int POSITIONS = 7;

  private final KvCacheShape shape;
  private final int vectorsPerRow;
  private final DeviceArena.Slice nans;
  private final @Nullable CudaKvCache copy;

  /**
   * Plans the memory.
   *
   * @param copied whether the storage format is read
   * @param nans where NaN among keys and values are counted
   */
  CudaCacheCodes(
      DeviceArena arena,
      ModelShape model,
      ElementType type,
      int batch,
      int capacity,
      boolean copied,
      DeviceArena.Slice nans) {
    this.shape = KvCacheShape.of(model, batch, capacity);
    this.vectorsPerRow = model.headSize() * type.bytes() / VECTOR_BYTES;
    this.nans = nans;
    this.copy = copied ? new CudaKvCache(arena, shape, type) : null;
  }

  /** The copy that attention reads, null where it reads codes. */
  @Nullable CudaKvCache copy() {
    return copy;
  }

  /** What {@code rope_cache_int8} takes behind the arguments of {@code rope_cache}. */
  Object[] writeArguments(CudaKvCache.Scales scales) {
    return new Object[] {
      scales.keys().address(),
      scales.values().address(),
      copy == null ? 0L : copy.keys().address(),
      copy == null ? 0L : copy.values().address(),
      nans.address()
    };
  }

  /** Prepares attention that first dequantizes what lies before the new tokens. */
  CudaAttention.Call behindCopy(
      CudaKernels kernels,
      CudaScope scope,
      CudaKvCache cache,
      CudaKvCache.Scales scales,
      CudaKvCache to,
      CudaAttention.Call attention) {
    int groups = Math.multiplyExact(shape.batch(), shape.kvHeads());
    KernelLaunch dequantize =
        scope.own(
            kernels.kernel(
                "rope_cache_int8.cu",
                "dequantize_cache",
                1,
                THREADS,
                cache.keys().address(),
                cache.values().address(),
                scales.keys().address(),
                scales.values().address(),
                to.keys().address(),
                to.values().address(),
                groups,
                0,
                shape.capacity()),
            KernelLaunch::close);
    return (start, stream) -> {
      if (start > 0) {
        long vectors = (long) groups * start * vectorsPerRow;
        dequantize.set(POSITIONS, start);
        dequantize.setBlocks(Math.toIntExact((vectors + THREADS - 1) / THREADS));
        dequantize.launch(stream);
      }
      attention.run(start, stream);
    };
  }
}
