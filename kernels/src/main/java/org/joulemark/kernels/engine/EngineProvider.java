package org.joulemark.kernels.engine;

import java.util.List;

/**
 * Knows one engine without opening it. Found through {@link java.util.ServiceLoader}, so a new
 * engine is one package and one line in {@code META-INF/services}.
 */
public interface EngineProvider {

  /** {@code cpu} or {@code cuda}. */
  String name();

  /** Higher is tried first when the user names no engine. */
  int preference();

  /**
   * Looks for everything that the engine needs, in the order in which it needs it; throws nothing,
   * loads as little as it can. The engine can be opened if no finding is {@link
   * Finding.State#MISSING}.
   */
  List<Finding> examine();

  /**
   * What {@code auto} stands for in the options of a GEMM on this engine, known without opening it,
   * so that results can name what really ran.
   *
   * @param library the GEMM library, or {@code auto} for the engine's default
   */
  GemmOptions gemmDefaults(String library);

  /**
   * What {@code auto} stands for in the options of a layer or a model on this engine. An attention
   * that is still {@code auto} is decided on the device; the work's fact {@code attention} names
   * it.
   */
  LayerOptions layerDefaults();

  /**
   * Opens the engine.
   *
   * @throws EngineException with one sentence that says what is missing and what to do
   */
  Engine open(EngineOptions options);
}
