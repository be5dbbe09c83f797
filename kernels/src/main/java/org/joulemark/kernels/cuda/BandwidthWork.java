package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.engine.ForwardingWork;
import org.joulemark.kernels.engine.Work;

/**
 * One pass over large buffers in device memory, the fastest of several ways to launch it. The
 * buffers are far larger than the last-level cache.
 */
public final class BandwidthWork extends ForwardingWork {
  // Vectors in flight per thread, past the first-level cache or through it.
  private static final List<String> KERNELS = List.of("4", "8", "4_cached", "8_cached");
  private static final List<Integer> THREADS = List.of(256, 512, 1024);
  private static final List<Integer> BLOCKS_PER_MULTIPROCESSOR = List.of(2, 4, 8, 16);
  private static final int VECTOR_BYTES = 16;
  private static final int ROUNDS = 3;

  private final CudaDevice device;
  private final CudaCeilings.Kind kind;
  private final CudaStream stream;
  private final NvrtcModule module;
  private final List<DeviceBuffer> buffers;
  private final long bufferBytes;
  private final KernelLaunch launch;
  private final CudaWork work;

  /** Takes over module and buffers. */
  BandwidthWork(
      CudaDevice device,
      CudaCeilings.Kind kind,
      CudaStream stream,
      NvrtcModule module,
      List<DeviceBuffer> buffers) {
    this.device = device;
    this.kind = kind;
    this.stream = stream;
    this.module = module;
    this.buffers = List.copyOf(buffers);
    this.bufferBytes = buffers.get(0).bytes();
    Variant best = fastest();
    launch = kernel(best);
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("kernel", best.kernel);
    facts.put("blocks", Integer.toString(best.blocks));
    facts.put("threads", Integer.toString(best.threads));
    facts.put("traffic.bytes", Long.toString(bytesPerUnit()));
    work = CudaWork.launched(device, stream, () -> launch.launch(stream), facts);
  }

  private record Variant(String kernel, int blocks, int threads) {}

  private Variant fastest() {
    Variant best = variants().get(0);
    double bestSeconds = Double.POSITIVE_INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
      for (Variant variant : variants()) {
        try (KernelLaunch candidate = kernel(variant)) {
          double seconds = CudaWork.estimate(stream, () -> candidate.launch(stream));
          if (seconds < bestSeconds) {
            bestSeconds = seconds;
            best = variant;
          }
        }
      }
    }
    return best;
  }

  private List<Variant> variants() {
    List<Variant> variants = new ArrayList<>();
    long vectors = bufferBytes / VECTOR_BYTES;
    for (String suffix : KERNELS) {
      String kernel = kind.id() + "_" + suffix;
      for (int threads : THREADS) {
        long tiles = vectors / ((long) threads * Integer.parseInt(suffix.substring(0, 1))) + 1;
        variants.add(new Variant(kernel, (int) Math.min(Integer.MAX_VALUE, tiles), threads));
        for (int perMultiprocessor : BLOCKS_PER_MULTIPROCESSOR) {
          if (perMultiprocessor * threads <= device.maxThreadsPerMultiprocessor()) {
            variants.add(
                new Variant(kernel, perMultiprocessor * device.multiprocessors(), threads));
          }
        }
      }
    }
    return variants;
  }

  private KernelLaunch kernel(Variant variant) {
    Object vectors = bufferBytes / VECTOR_BYTES;
    Object first = buffers.get(0).address();
    return switch (kind) {
      case READ, COPY ->
          module.kernel(
              variant.kernel,
              variant.blocks,
              variant.threads,
              kind == CudaCeilings.Kind.READ
                  ? new Object[] {first, vectors, buffers.get(1).address()}
                  : new Object[] {first, buffers.get(1).address(), vectors});
      case WRITE ->
          module.kernel(
              variant.kernel,
              variant.blocks,
              variant.threads,
              first,
              vectors,
              CudaCeilings.WRITE_SEED);
    };
  }

  /** Bytes that one unit moves: each byte once for read and write, twice for copy. */
  public long bytesPerUnit() {
    return kind == CudaCeilings.Kind.COPY ? 2 * bufferBytes : bufferBytes;
  }

  /** The buffers in the order of the kernel's pointers. */
  List<DeviceBuffer> buffers() {
    return buffers;
  }

  @Override
  protected Work work() {
    return work;
  }

  @Override
  public void close() {
    try {
      work.close();
    } finally {
      launch.close();
      module.close();
      for (DeviceBuffer buffer : buffers) {
        buffer.close();
      }
    }
  }
}
