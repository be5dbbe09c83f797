package org.joulemark.kernels.cuda;

import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A kernel with grid, block and arguments, all prepared; launching allocates nothing. Valid as long
 * as its module.
 */
final class KernelLaunch implements AutoCloseable {
  private final CUfunc_st function;
  private final String name;
  private final String call;
  private int blocks;
  private final int threads;
  private int sharedBytes;
  // Eight bytes an argument; the low ones hold it, as on every machine that CUDA runs on.
  private final LongPointer values;
  private final PointerPointer<LongPointer> places;
  private final PointerPointer<LongPointer> none = new PointerPointer<>();

  /** See {@link NvrtcModule#kernel}. */
  KernelLaunch(CUfunc_st function, String name, int blocks, int threads, Object... arguments) {
    this.function = function;
    this.name = name;
    this.call = "cuLaunchKernel(" + name + ")";
    this.blocks = blocks;
    this.threads = threads;
    values = new LongPointer(Math.max(1, arguments.length));
    places = new PointerPointer<>(Math.max(1, arguments.length));
    for (int i = 0; i < arguments.length; i++) {
      values.put(i, bits(arguments[i]));
      places.put(i, new DeviceAddress(values.address() + (long) i * Long.BYTES));
    }
  }

  private static long bits(Object argument) {
    if (argument instanceof Long number) {
      return number;
    }
    if (argument instanceof Integer number) {
      return Integer.toUnsignedLong(number);
    }
    if (argument instanceof Float number) {
      return Integer.toUnsignedLong(Float.floatToRawIntBits(number));
    }
    throw new IllegalArgumentException("a kernel takes Long, Integer and Float, not " + argument);
  }

  /** Changes an {@link Integer} argument for the launches that follow; allocates nothing. */
  void set(int argument, int value) {
    values.put(argument, Integer.toUnsignedLong(value));
  }

  /** Changes the number of blocks for the launches that follow. */
  void setBlocks(int count) {
    blocks = count;
  }

  /**
   * Gives each block shared memory beside what the kernel declares.
   *
   * @throws org.joulemark.kernels.engine.EngineException if the device has not as much
   */
  KernelLaunch share(int bytes) {
    CudaCheck.driver(
        cudart.cuFuncSetAttribute(
            function, cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
        "cuFuncSetAttribute(" + name + ", " + bytes + " B of shared memory)");
    sharedBytes = bytes;
    return this;
  }

  /** Enqueues one run. */
  void launch(CudaStream stream) {
    CudaCheck.driver(
        cudart.cuLaunchKernel(
            function, blocks, 1, 1, threads, 1, 1, sharedBytes, stream.handle(), places, none),
        call);
  }

  @Override
  public void close() {
    values.close();
    places.close();
    none.close();
  }
}
