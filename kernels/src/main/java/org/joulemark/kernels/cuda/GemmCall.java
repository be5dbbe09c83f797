package org.joulemark.kernels.cuda;

import java.util.Map;

/** One GEMM of a library, planned; one call enqueues it. */
interface GemmCall extends AutoCloseable {

  /** Enqueues the product of one operand set; allocates nothing on the Java heap. */
  void launch(int set);

  /** How it is carried out, in stable dotted keys. */
  Map<String, String> facts();

  @Override
  void close();
}
