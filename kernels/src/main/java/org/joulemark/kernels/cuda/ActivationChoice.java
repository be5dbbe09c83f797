package org.joulemark.kernels.cuda;

import org.joulemark.kernels.quant.LinearScheme;

/**
 * What the device found and decided about the activations of a linear part: the memory of the
 * kernels in {@code decide.cu}, and their launches. A second place takes the outcomes of launches
 * that are only timed.
 */
final class ActivationChoice {
  private static final String SOURCE = "decide.cu";
  private static final int SMALL_THREADS = 1024;
  private static final int THREADS = 256;
  // What one block looks at alone, and what each of many does at least.
  private static final int SMALL = 1 << 16;
  private static final int NUMBERS_OF_A_BLOCK = 1 << 14;
  private static final int MOST_BLOCKS = 1024;
  private static final int SUMS = 3;
  // The kernels' struct Choice.
  private static final int WORDS = 8;
  private static final int CALLS = 2;
  private static final int INT8_CALLS = 3;
  private static final int LARGEST = 4;
  private static final int SHARE = 5;
  private static final int KURTOSIS = 6;
  private static final int SMALL_HANDLE = 5;
  private static final int COUNT_HANDLE = 6;

  private final CudaPassFrame frame;
  private final LinearScheme.Dynamic scheme;
  private final long numbers;
  private final int blocks;
  private final DeviceArena.Slice partial;
  private final DeviceArena.Slice counted;
  private final DeviceArena.Slice idle;

  /**
   * Plans the memory.
   *
   * @param numbers in the activations of a call
   */
  ActivationChoice(CudaPassFrame frame, LinearScheme.Dynamic scheme, long numbers) {
    this.frame = frame;
    this.scheme = scheme;
    this.numbers = numbers;
    this.blocks =
        numbers <= SMALL
            ? 1
            : (int) Math.min(MOST_BLOCKS, (numbers + NUMBERS_OF_A_BLOCK - 1) / NUMBERS_OF_A_BLOCK);
    this.partial = frame.arena().reserve((long) SUMS * blocks * Float.BYTES);
    this.counted = frame.arena().reserve((long) WORDS * Integer.BYTES);
    this.idle = frame.arena().reserve((long) WORDS * Integer.BYTES);
  }

  /** Sets the counters to 0; the memory is allocated. */
  void clear() {
    counted.clear(frame.stream());
    idle.clear(frame.stream());
  }

  /** Enqueues the kernels that look at activations and decide. */
  @FunctionalInterface
  interface Decision {

    /**
     * Enqueues them.
     *
     * @param handle of the condition that they set
     */
    void launch(long handle);
  }

  /** The decision about one matrix of activations. */
  Decision about(DeviceArena.Slice x) {
    return about(x, counted);
  }

  /** The same where nothing is counted. */
  Decision idlyAbout(DeviceArena.Slice x) {
    return about(x, idle);
  }

  private Decision about(DeviceArena.Slice x, DeviceArena.Slice into) {
    float share = (float) scheme.outlierShare();
    float kurtosis = (float) scheme.kurtosis();
    if (blocks == 1) {
      KernelLaunch small =
          frame.kernel(
              SOURCE,
              "decide_small",
              1,
              SMALL_THREADS,
              x.address(),
              numbers,
              into.address(),
              share,
              kurtosis,
              0L);
      return handle -> {
        small.set(SMALL_HANDLE, handle);
        small.launch(frame.stream());
      };
    }
    KernelLaunch sums =
        frame.kernel(
            SOURCE, "decide_sums", blocks, THREADS, x.address(), numbers, partial.address());
    KernelLaunch count =
        frame.kernel(
            SOURCE,
            "decide_count",
            blocks,
            THREADS,
            x.address(),
            numbers,
            partial.address(),
            into.address(),
            share,
            kurtosis,
            0L);
    return handle -> {
      sums.launch(frame.stream());
      count.set(COUNT_HANDLE, handle);
      count.launch(frame.stream());
    };
  }

  /**
   * What was counted, and what the latest call's activations were like.
   *
   * @param calls decided
   * @param int8Calls of them those in INT8
   * @param largest the latest call's largest |x|
   * @param outlierShare its share of |x| &gt; 6 rms
   * @param kurtosis its kurtosis
   */
  record Outcome(long calls, long int8Calls, float largest, float outlierShare, float kurtosis) {}

  /** The outcomes so far; waits for the stream. */
  Outcome outcome(PinnedBuffer staging) {
    int[] words = counted.readInts(WORDS, staging, frame.stream());
    return new Outcome(
        Integer.toUnsignedLong(words[CALLS]),
        Integer.toUnsignedLong(words[INT8_CALLS]),
        Float.intBitsToFloat(words[LARGEST]),
        Float.intBitsToFloat(words[SHARE]),
        Float.intBitsToFloat(words[KURTOSIS]));
  }
}
