package org.joulemark.kernels.engine;

/**
 * How an engine is to carry out layers and models. Each value is one that the engine offers; none
 * changes what is computed.
 *
 * @param library which implementation of the linear parts: {@code onednn}, {@code cublaslt}
 * @param algorithm {@code heuristic} (the library's first choice) or {@code tuned} (the fastest of
 *     its candidates)
 * @param attention which implementation of attention: {@code own} or {@code cudnn}; {@code auto}
 *     where the engine finds the faster one on the device, which the work's facts then name
 * @param launch {@code direct} (the call does the work), {@code stream} or {@code graph}
 */
public record LayerOptions(String library, String algorithm, String attention, String launch) {}
