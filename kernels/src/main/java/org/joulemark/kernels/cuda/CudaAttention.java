package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * Attention of a fixed number of new tokens over caches: positions, cache write, and the kernels
 * that fit. Many new tokens of a sequence go through tiles; a single one is split over its context.
 */
final class CudaAttention {
  /** The faster one of the next two, as {@link AttentionChooser} finds. */
  static final String AUTO = "auto";

  /** Our fastest kernels. */
  static final String OWN = "own";

  /** Of several new tokens cuDNN's, of a single one our own. */
  static final String CUDNN = "cudnn";

  /** The plain kernels, which the fast ones are held against. */
  static final String PLAIN = "plain";

  private static final int HEAD_SIZE_MULTIPLE = 16;
  private static final int LARGEST_HEAD = 128;
  private static final int THREADS = 128;
  private static final int ROPE_THREADS = 256;
  private static final int WARP = 32;
  private static final int VECTOR_BYTES = 16;
  // Tile heights and argument places of the kernels' sources.
  private static final int PLAIN_QUERIES = 32;
  private static final int TENSOR_QUERIES = 128;
  private static final int TENSOR_ROWS = TENSOR_QUERIES + 2 * 64;
  private static final int TENSOR_PADDING = 8;
  private static final int DECODE_VECTORS = 8;
  private static final int DECODE_CODES = 128;
  private static final int ROPE_START = 5;
  private static final int PREFILL_START = 6;
  private static final int DECODE_POSITION = 5;
  private static final int DECODE_FIRST_CHUNK = 9;
  private static final int DECODE_CHUNKS = 10;
  private static final int COMBINE_CHUNKS = 2;

  private final CudaEngine engine;
  private final CudaKernels kernels;
  private final CudaScope scope;
  private final ModelShape shape;
  private final ElementType type;
  private final String attention;
  private final int batch;
  private final int tokens;
  private final int capacity;
  private final CudaPositions positions;
  private final DeviceArena.Slice qkv;
  private final DeviceArena.Slice attended;
  private final @Nullable CudaCacheCodes codes;
  private final DeviceArena.@Nullable Slice partial;
  private @Nullable CudnnAttention cudnn;

  /**
   * Plans the memory.
   *
   * @param scope owns launches
   * @param attention {@link #OWN}, {@link #CUDNN} or {@link #PLAIN}
   * @param qkv [batch · tokens, queryWidth + 2·kvWidth]
   * @param attended [batch · tokens, queryWidth]
   * @param codes for caches of INT8 codes, null for others
   */
  CudaAttention(
      CudaEngine engine,
      CudaKernels kernels,
      CudaScope scope,
      DeviceArena arena,
      ModelShape shape,
      ElementType type,
      String attention,
      int batch,
      int tokens,
      int capacity,
      CudaPositions positions,
      DeviceArena.Slice qkv,
      DeviceArena.Slice attended,
      @Nullable CudaCacheCodes codes) {
    this.engine = engine;
    this.kernels = kernels;
    this.scope = scope;
    this.shape = shape;
    this.type = type;
    this.attention = attention;
    this.batch = batch;
    this.tokens = tokens;
    this.capacity = capacity;
    this.positions = positions;
    this.qkv = qkv;
    this.attended = attended;
    this.codes = codes;
    int chunks = (capacity - 1) / Math.min(keysPerChunk(type), DECODE_CODES) + 1;
    this.partial =
        tokens == 1
            ? arena.reserve(
                ElementType.FP32, (long) batch * shape.heads() * chunks, shape.headSize() + 2L)
            : null;
  }

  /**
   * Whether the kernels for a pass read numbers, so that codes are to be dequantized for them: the
   * ones for several tokens, and the plain ones.
   */
  static boolean readsNumbers(String attention, int tokens) {
    return tokens > 1 || attention.equals(PLAIN);
  }

  /**
   * Checks that the kernels have the head size.
   *
   * @throws UnsupportedWorkException if they do not
   */
  static void check(ModelShape shape) {
    int size = shape.headSize();
    if (size % HEAD_SIZE_MULTIPLE != 0 || size > LARGEST_HEAD) {
      throw new UnsupportedWorkException(
          "Attention on the cuda engine needs a head size that is a multiple of "
              + HEAD_SIZE_MULTIPLE
              + " and at most "
              + LARGEST_HEAD
              + "; "
              + shape.id()
              + " has "
              + size
              + ".");
    }
  }

  private static int keysPerChunk(ElementType type) {
    return DECODE_VECTORS * VECTOR_BYTES / type.bytes();
  }

  /** Attention over one cache, ready to run. */
  interface Call {

    /** Enqueues it for tokens at positions {@code start} and on; allocates nothing. */
    void run(int start, CudaStream stream);
  }

  /** Prepares attention over one layer's cache. */
  Call bind(CudaKvCache cache) {
    KernelLaunch rope = own(write(cache));
    Call call = attend(cache);
    return (start, stream) -> {
      rope.set(ROPE_START, start);
      rope.launch(stream);
      call.run(start, stream);
    };
  }

  private KernelLaunch write(CudaKvCache cache) {
    int perBlock = ROPE_THREADS / WARP;
    int blocksPerRow = (shape.heads() + 2 * shape.kvHeads() + perBlock - 1) / perBlock;
    String name = codes == null ? "rope_cache" : "rope_cache_int8";
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                qkv.address(),
                positions.angles(),
                cache.keys().address(),
                cache.values().address(),
                tokens,
                0,
                capacity,
                shape.heads(),
                shape.kvHeads(),
                blocksPerRow));
    if (codes != null) {
      arguments.addAll(List.of(codes.writeArguments(scales(cache))));
    }
    return kernels.kernel(
        name + ".cu",
        name,
        Math.multiplyExact(batch * tokens, blocksPerRow),
        ROPE_THREADS,
        arguments.toArray());
  }

  private static CudaKvCache.Scales scales(CudaKvCache cache) {
    return Objects.requireNonNull(cache.scales(), "a cache of codes has scales");
  }

  /** The same without positions and cache write: over keys and values that are there. */
  Call attend(CudaKvCache cache) {
    if (codes == null) {
      return attendNumbers(cache);
    }
    CudaKvCache copy = codes.copy();
    return copy == null
        ? decode(cache)
        : codes.behindCopy(kernels, scope, cache, scales(cache), copy, attendNumbers(copy));
  }

  private Call attendNumbers(CudaKvCache cache) {
    return partial == null ? prefill(cache) : decode(cache);
  }

  private Call prefill(CudaKvCache cache) {
    return attention.equals(CUDNN) ? cudnn().bind(cache) : ownPrefill(cache);
  }

  /** Planned when the first cache is bound: the memory is allocated then. */
  private CudnnAttention cudnn() {
    if (cudnn == null) {
      SdpaShape fromStart = SdpaShape.of(shape, type, batch, tokens, capacity);
      cudnn =
          new CudnnAttention(
              engine.cudnn(),
              scope,
              fromStart,
              qkv.pointer(),
              new DeviceAddress(positions.slopes()),
              attended.pointer());
    }
    return cudnn;
  }

  private Call ownPrefill(CudaKvCache cache) {
    boolean tensorCores =
        !attention.equals(PLAIN) && type.bytes() == Short.BYTES && kernels.hasTensorCores();
    int queries = tensorCores ? TENSOR_QUERIES : PLAIN_QUERIES;
    String name = tensorCores ? "attention_tensor" : "attention_prefill";
    int tiles = (tokens + queries - 1) / queries;
    KernelLaunch launch =
        own(
            kernels.kernel(
                name + ".cu",
                name,
                Math.multiplyExact(batch * shape.heads(), tiles),
                THREADS,
                qkv.address(),
                cache.keys().address(),
                cache.values().address(),
                positions.slopes(),
                attended.address(),
                tokens,
                0,
                capacity,
                shape.heads(),
                shape.kvHeads(),
                shape.slidingWindow(),
                scale()));
    if (tensorCores) {
      launch.share(TENSOR_ROWS * (shape.headSize() + TENSOR_PADDING) * type.bytes());
    }
    return (start, stream) -> {
      launch.set(PREFILL_START, start);
      launch.launch(stream);
    };
  }

  private Call decode(CudaKvCache cache) {
    DeviceArena.Slice scratch = Objects.requireNonNull(partial, "one new token");
    int groups = batch * shape.kvHeads();
    CudaKvCache.Scales scales = cache.scales();
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                qkv.address(),
                cache.keys().address(),
                cache.values().address(),
                positions.slopes(),
                scratch.address(),
                0,
                capacity,
                shape.heads(),
                shape.kvHeads(),
                0,
                1,
                shape.slidingWindow(),
                scale()));
    if (scales != null) {
      arguments.addAll(List.of(scales.keys().address(), scales.values().address()));
    }
    KernelLaunch split =
        own(
            kernels.kernel(
                scales == null ? "attention_decode.cu" : "attention_decode_int8.cu",
                scales == null ? "decode_partial" : "decode_partial_int8",
                groups,
                THREADS,
                arguments.toArray()));
    KernelLaunch combine =
        own(
            kernels.kernel(
                "attention_decode.cu",
                "decode_combine",
                batch * shape.heads(),
                THREADS,
                scratch.address(),
                attended.address(),
                1));
    int keys = scales == null ? keysPerChunk(type) : DECODE_CODES;
    return (start, stream) -> {
      int window = shape.slidingWindow();
      int first = window == 0 ? 0 : Math.max(0, start - window + 1) / keys;
      int chunks = start / keys - first + 1;
      split.set(DECODE_POSITION, start);
      split.set(DECODE_FIRST_CHUNK, first);
      split.set(DECODE_CHUNKS, chunks);
      split.setBlocks(groups * chunks);
      split.launch(stream);
      combine.set(COMBINE_CHUNKS, chunks);
      combine.launch(stream);
    };
  }

  private float scale() {
    return (float) (1 / Math.sqrt(shape.headSize()));
  }

  private KernelLaunch own(KernelLaunch launch) {
    return scope.own(launch, KernelLaunch::close);
  }
}
