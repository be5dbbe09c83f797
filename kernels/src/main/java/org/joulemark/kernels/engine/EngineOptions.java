package org.joulemark.kernels.engine;

/**
 * How an engine is opened.
 *
 * @param device which device: an index or a UUID; {@code "0"} where there is no choice
 * @param threads threads of a CPU engine, 0 for every core
 */
public record EngineOptions(String device, int threads) {

  /** Device 0, every core. */
  public static final EngineOptions DEFAULT = new EngineOptions("0", 0);
}
