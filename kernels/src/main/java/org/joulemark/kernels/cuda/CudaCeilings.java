package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.UnsupportedWorkException;

/** The memory bandwidth that this GPU reaches: what a memory-bound kernel is held against. */
public final class CudaCeilings {
  /** Word j of a written buffer is this, exclusive or j. */
  static final int WRITE_SEED = 0x5eed1234;

  private static final long BUFFER_BYTES = 2L << 30;
  private static final long SMALLEST_BUFFER = 64L << 20;
  private static final int SHARE_OF_FREE_MEMORY = 4;
  private static final long GRANULE = 1L << 20;

  private CudaCeilings() {}

  /** What a pass over memory does. */
  public enum Kind {
    /** Reads every byte. */
    READ,
    /** Writes every byte. */
    WRITE,
    /** Reads every byte of one buffer and writes it to another. */
    COPY;

    /** The name used in parameters: lower case. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Prepares passes over buffers of 2 GiB, or of a quarter of the free memory if that is less.
   *
   * @throws UnsupportedWorkException if the engine is not a GPU, or has too little free memory
   * @throws org.joulemark.kernels.engine.EngineException if the kernel does not compile
   */
  public static BandwidthWork open(Engine engine, Kind kind) {
    CudaEngine cuda = CudaEngine.require(engine, "Memory bandwidth");
    CudaDevice device = cuda.device();
    device.makeCurrent();
    long bytes =
        Math.min(BUFFER_BYTES, device.freeBytes() / SHARE_OF_FREE_MEMORY) / GRANULE * GRANULE;
    if (bytes < SMALLEST_BUFFER) {
      throw new UnsupportedWorkException(
          "Measuring bandwidth needs 256 MB of GPU memory, "
              + device.freeBytes() / 1_000_000
              + " MB are free.");
    }
    return open(cuda, kind, bytes);
  }

  /** With buffers of a given size, a multiple of 16 bytes. */
  static BandwidthWork open(CudaEngine cuda, Kind kind, long bytes) {
    List<DeviceBuffer> buffers = new ArrayList<>();
    NvrtcModule module = cuda.module("bandwidth_" + kind.id() + ".cu");
    boolean complete = false;
    try {
      buffers.add(new DeviceBuffer(bytes));
      if (kind == Kind.COPY) {
        buffers.add(new DeviceBuffer(bytes));
      }
      if (kind == Kind.READ) {
        buffers.add(new DeviceBuffer(Integer.BYTES));
        buffers.get(1).fill((byte) 0, 0, Integer.BYTES, cuda.stream());
      }
      // Bit patterns as of noise: constant memory would draw less power.
      cuda.fillWithNoise(buffers.get(0));
      BandwidthWork work = new BandwidthWork(cuda.device(), kind, cuda.stream(), module, buffers);
      complete = true;
      return work;
    } finally {
      if (!complete) {
        buffers.forEach(DeviceBuffer::close);
        module.close();
      }
    }
  }
}
