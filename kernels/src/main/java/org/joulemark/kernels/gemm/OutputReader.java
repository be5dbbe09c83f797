package org.joulemark.kernels.gemm;

import java.nio.ByteBuffer;

/** Reads back what an engine wrote. */
@FunctionalInterface
public interface OutputReader {

  /**
   * Copies row {@code row} of Y, N elements in the precision's output format in native byte order,
   * to the start of {@code into}.
   */
  void readOutputRow(int batch, int row, ByteBuffer into);
}
