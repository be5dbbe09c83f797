package org.joulemark.kernels.cpu;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_primitive;

/** One of oneDNN's implementations of a GEMM, ready to run on operands that it shares. */
final class DnnlCandidate implements AutoCloseable {
  private final DnnlContext context;
  private final NativeScope scope;
  private final dnnl_primitive primitive;
  private final DnnlArguments arguments;
  private final String implementation;
  private final Map<String, String> facts;

  /**
   * Takes over the scope.
   *
   * @param implementation oneDNN's name for it
   * @param facts how it works, in stable dotted keys
   */
  DnnlCandidate(
      DnnlContext context,
      NativeScope scope,
      dnnl_primitive primitive,
      DnnlArguments arguments,
      String implementation,
      Map<String, String> facts) {
    this.context = context;
    this.scope = scope;
    this.primitive = primitive;
    this.arguments = arguments;
    this.implementation = implementation;
    this.facts = Map.copyOf(facts);
  }

  /** Multiplies once; allocates nothing. */
  void run() {
    context.execute(primitive, arguments);
  }

  /** oneDNN's name for it, such as {@code brg_matmul:avx512_core}. */
  String implementation() {
    return implementation;
  }

  /** How it works. */
  Map<String, String> facts() {
    return facts;
  }

  @Override
  public void close() {
    scope.close();
  }
}
