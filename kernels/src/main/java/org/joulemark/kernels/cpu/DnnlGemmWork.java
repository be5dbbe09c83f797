package org.joulemark.kernels.cpu;

import java.nio.ByteBuffer;
import java.util.Map;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.quant.ElementType;

/**
 * One GEMM as a oneDNN matmul primitive: X [batch, M, K] and Y [batch, M, N] row-major, W in the
 * packed format that the primitive asked for, everything allocated before the first {@link
 * #submit}, which is one native call.
 */
final class DnnlGemmWork extends HostWork implements GemmWork {
  private final GemmProblem problem;
  private final DnnlContext context;
  private final NativeScope scope;
  private final DnnlCandidate candidate;
  private final NativeBuffer output;
  private final Map<String, String> facts;

  /**
   * Takes over the scope that owns everything else.
   *
   * @param candidate runs it
   * @param output Y
   */
  DnnlGemmWork(
      GemmProblem problem,
      DnnlContext context,
      NativeScope scope,
      DnnlCandidate candidate,
      NativeBuffer output,
      Map<String, String> facts) {
    this.problem = problem;
    this.context = context;
    this.scope = scope;
    this.candidate = candidate;
    this.output = output;
    this.facts = Map.copyOf(facts);
  }

  @Override
  public GemmProblem problem() {
    return problem;
  }

  @Override
  protected void run() {
    candidate.run();
  }

  @Override
  public void drain() {
    context.await();
  }

  @Override
  public Map<String, String> facts() {
    return facts;
  }

  @Override
  public void poisonOutput() {
    ElementType type = problem.precision().output();
    int rowBytes = problem.shape().n() * type.bytes();
    ByteBuffer first = output.slice(0, rowBytes);
    for (int i = 0; i < problem.shape().n(); i++) {
      switch (type) {
        case FP32 -> first.putFloat(4 * i, Float.NaN);
        // All ones is a NaN in both formats.
        case FP16, BF16 -> first.putShort(2 * i, (short) 0xffff);
        case INT32 -> first.putInt(4 * i, Integer.MIN_VALUE);
        case INT8 -> first.put(i, Byte.MIN_VALUE);
        case FP8_E4M3, FP8_E5M2 -> throw new IllegalStateException("no result is " + type);
      }
    }
    for (long offset = rowBytes; offset < output.bytes(); offset += rowBytes) {
      output.slice(offset, rowBytes).put(0, first, 0, rowBytes);
    }
  }

  @Override
  public void readOutputRow(int batch, int row, ByteBuffer into) {
    GemmShape shape = problem.shape();
    int rowBytes = shape.n() * problem.precision().output().bytes();
    long offset = ((long) batch * shape.m() + row) * rowBytes;
    into.put(0, output.slice(offset, rowBytes), 0, rowBytes);
  }

  @Override
  public void close() {
    scope.close();
  }
}
