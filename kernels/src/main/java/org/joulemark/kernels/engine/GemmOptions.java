package org.joulemark.kernels.engine;

/**
 * How an engine is to carry out a GEMM. Each value is one that the engine lists; none changes the
 * problem's numbers.
 *
 * @param library which implementation: {@code onednn}, {@code cublas}, {@code cublaslt}
 * @param algorithm {@code heuristic} (the library's first choice) or {@code tuned} (the fastest of
 *     its candidates)
 * @param cache {@code hot} (one set of operands) or {@code rotating} (sets that together exceed
 *     twice the last-level cache)
 * @param launch {@code stream} (one launch per unit) or {@code graph} (units replayed from a
 *     captured graph)
 */
public record GemmOptions(String library, String algorithm, String cache, String launch) {}
