package org.joulemark.kernels.cuda;

import java.util.Locale;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.quant.Precision;

/**
 * How many copies of a GEMM's operands lie on the device, and how large each is. Every matrix of a
 * set begins at a multiple of 256 bytes.
 *
 * @param weightBytes of W in one set
 * @param activationBytes of X in one set
 * @param outputBytes of Y in one set
 * @param residualBytes of the residual in one set, 0 without
 * @param sets number of sets
 * @param note why there are fewer sets than the cache asks for, empty otherwise
 */
record OperandSets(
    long weightBytes,
    long activationBytes,
    long outputBytes,
    long residualBytes,
    int sets,
    String note) {
  private static final long ALIGNMENT = 256;
  private static final int MOST_SETS = 1024;
  private static final double GIGABYTE = 1e9;

  /**
   * Plans the sets.
   *
   * @param cache {@code rotating}: enough sets to exceed twice the last-level cache; {@code hot}:
   *     one
   * @param freeBytes device memory that they may fill
   * @throws UnsupportedWorkException if one set does not fit
   */
  static OperandSets plan(GemmProblem problem, String cache, long l2Bytes, long freeBytes) {
    GemmShape shape = problem.shape();
    Precision precision = problem.precision();
    long outputs = (long) shape.batch() * shape.m() * shape.n();
    long weight = align((long) shape.batch() * shape.n() * shape.k() * precision.weight().bytes());
    long activation =
        align((long) shape.batch() * shape.m() * shape.k() * precision.activation().bytes());
    long output = align(outputs * precision.output().bytes());
    long residual = problem.epilogue() == Epilogue.RESIDUAL ? output : 0;
    long one = weight + activation + output + residual;
    if (one > freeBytes) {
      throw new UnsupportedWorkException(
          String.format(
              Locale.ROOT,
              "%s in %s needs %.1f GB of GPU memory, %.1f GB are free.",
              shape.name(),
              precision,
              one / GIGABYTE,
              freeBytes / GIGABYTE));
    }
    int wanted = cache.equals("rotating") ? setsBeyondCache(one, l2Bytes) : 1;
    int fitting = (int) Math.min(wanted, freeBytes / one);
    String note =
        fitting < wanted
            ? "only " + fitting + " of " + wanted + " operand sets fit the free memory"
            : "";
    return new OperandSets(weight, activation, output, residual, fitting, note);
  }

  /** Bytes of one set. */
  long bytesPerSet() {
    return weightBytes + activationBytes + outputBytes + residualBytes;
  }

  private static int setsBeyondCache(long bytesPerSet, long l2Bytes) {
    return (int) Math.min(MOST_SETS, 2 * l2Bytes / bytesPerSet + 1);
  }

  private static long align(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
