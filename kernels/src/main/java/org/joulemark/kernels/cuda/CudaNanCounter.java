package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.Map;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.quant.LinearPart;

/**
 * Counts NaN among the activations that a pass quantizes: a NaN has no code, so the kernels write 0
 * and count it here. Only parts that ask for a place are counted.
 */
final class CudaNanCounter {
  private final DeviceArena arena;
  private final CudaStream stream;
  private final PinnedBuffer staging;
  private final Map<LinearPart, DeviceArena.Slice> places = new EnumMap<>(LinearPart.class);

  /**
   * Counts nothing yet.
   *
   * @param arena the places' memory is planned there
   * @param staging page-locked memory for the copies
   */
  CudaNanCounter(DeviceArena arena, CudaStream stream, PinnedBuffer staging) {
    this.arena = arena;
    this.stream = stream;
    this.staging = staging;
  }

  /** Plans a counter, one 32-bit integer, that is the part's own. */
  DeviceArena.Slice place(LinearPart part) {
    return places.computeIfAbsent(part, one -> arena.reserve(Integer.BYTES));
  }

  /** Sets every counter to 0; the memory is allocated. */
  void clear() {
    places.values().forEach(place -> place.clear(stream));
  }

  /**
   * Waits for the stream and looks at the counters, which go on from 0.
   *
   * @throws EngineException naming the first part that was given a NaN
   */
  void check() {
    for (Map.Entry<LinearPart, DeviceArena.Slice> entry : places.entrySet()) {
      int count = entry.getValue().readInt(staging, stream);
      if (count != 0) {
        clear();
        throw new EngineException(
            "The activations of "
                + entry.getKey().id()
                + " hold NaN ("
                + count
                + " of them were quantized); the pass before it is wrong or the input is.");
      }
    }
  }
}
