package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.Map;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.quant.LinearPart;
import org.jspecify.annotations.Nullable;

/**
 * Counts NaN among the activations that a pass quantizes, and among the keys and values of a cache
 * of codes: a NaN has no code, so the kernels write 0 and count it here. Only what asks for a place
 * is counted.
 */
final class CudaNanCounter {
  private final DeviceArena arena;
  private final CudaStream stream;
  private final PinnedBuffer staging;
  private final Map<LinearPart, DeviceArena.Slice> places = new EnumMap<>(LinearPart.class);
  private DeviceArena.@Nullable Slice cachePlace;

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

  /** The same for keys and values. */
  DeviceArena.Slice cachePlace() {
    if (cachePlace == null) {
      cachePlace = arena.reserve(Integer.BYTES);
    }
    return cachePlace;
  }

  /** Sets every counter to 0; the memory is allocated. */
  void clear() {
    places.values().forEach(place -> place.clear(stream));
    if (cachePlace != null) {
      cachePlace.clear(stream);
    }
  }

  /**
   * Waits for the stream and looks at the counters, which go on from 0.
   *
   * @throws EngineException naming the first part that was given a NaN, or keys and values
   */
  void check() {
    for (Map.Entry<LinearPart, DeviceArena.Slice> entry : places.entrySet()) {
      check("activations of " + entry.getKey().id(), entry.getValue());
    }
    if (cachePlace != null) {
      check("keys and values", cachePlace);
    }
  }

  private void check(String what, DeviceArena.Slice place) {
    int count = place.readInt(staging, stream);
    if (count != 0) {
      clear();
      throw new EngineException(
          "The "
              + what
              + " hold NaN ("
              + count
              + " of them were quantized); the pass before it is wrong or the input is.");
    }
  }
}
