package org.joulemark.kernels.engine;

import java.util.Map;
import java.util.Optional;

/**
 * One work unit, prepared: everything is allocated, planned and warmed, and {@link #submit} does
 * nothing but run it. Used from one thread.
 */
public interface Work extends AutoCloseable {

  /**
   * Starts one work unit. On an asynchronous engine it returns at once unless a bounded number of
   * units is already in flight, in which case it waits for the oldest; allocates nothing.
   */
  void submit();

  /**
   * Submits units until the bound on units in flight is reached, so that what follows runs in
   * steady state: each further {@link #submit} then waits for one completion. Does nothing where
   * units run synchronously.
   */
  default void prime() {}

  /**
   * Waits until every submitted unit is done.
   *
   * @throws EngineException if the device reports an error of any unit so far
   */
  void drain();

  /** Units known to be done, since this object was made; readable from any thread. */
  long completed();

  /**
   * The device's own time per unit since the last call of {@link #resetDeviceTimes}; call after
   * {@link #drain}.
   */
  default DeviceTimes deviceTimes() {
    return DeviceTimes.NONE;
  }

  /** Forgets the intervals collected so far; call after {@link #drain}. */
  default void resetDeviceTimes() {}

  /**
   * How the unit is carried out, in stable dotted keys: {@code algorithm}, {@code workspace.bytes},
   * …
   */
  default Map<String, String> facts() {
    return Map.of();
  }

  /**
   * What was decided at run time since some moment before, perhaps by other works of the same
   * session as well: take differences, and never the sum over works. Empty where nothing is
   * decided. Call after {@link #drain}.
   */
  default Optional<Decisions> decisions() {
    return Optional.empty();
  }

  /** Waits for what is in flight and frees everything. */
  @Override
  void close();
}
