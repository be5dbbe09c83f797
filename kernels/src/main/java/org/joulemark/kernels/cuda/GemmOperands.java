package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.gemm.EncodedOperands;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;

/**
 * The operand sets of one GEMM on the device: encoded on every core of the host, streamed through
 * page-locked memory into the first set, copied from there to the others.
 */
final class GemmOperands implements AutoCloseable {
  private static final byte ALL_ONES = (byte) 0xff;

  private final GemmProblem problem;
  private final OperandSets sets;
  private final CudaStream stream;
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final DeviceBuffer weights;
  private final DeviceBuffer activations;
  private final DeviceBuffer outputs;
  private final DeviceBuffer residuals;
  private final DeviceBuffer biases;
  private final PinnedBuffer rowBuffer;

  /**
   * Allocates and fills every set; waits until done.
   *
   * @param staging page-locked memory to pass the numbers through
   */
  GemmOperands(EncodedOperands encoded, OperandSets sets, PinnedBuffer staging, CudaStream stream) {
    this.problem = encoded.problem();
    this.sets = sets;
    this.stream = stream;
    try {
      weights = own(new DeviceBuffer(sets.sets() * sets.weightBytes()));
      activations = own(new DeviceBuffer(sets.sets() * sets.activationBytes()));
      outputs = own(new DeviceBuffer(sets.sets() * sets.outputBytes()));
      residuals = own(new DeviceBuffer(sets.sets() * sets.residualBytes()));
      GemmShape shape = problem.shape();
      int outputRowBytes = Math.multiplyExact(shape.n(), problem.precision().output().bytes());
      boolean biased = problem.epilogue() == Epilogue.BIAS;
      biases = own(new DeviceBuffer(biased ? (long) shape.batch() * outputRowBytes : 0));
      rowBuffer = own(new PinnedBuffer(outputRowBytes));
      fill(encoded, staging);
      poison();
    } catch (RuntimeException | Error failure) {
      Closing.after(failure, this::close);
      throw failure;
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  /** Number of sets. */
  int count() {
    return sets.sets();
  }

  /** W of a set. */
  Pointer weight(int set) {
    return weights.at(set * sets.weightBytes());
  }

  /** X of a set. */
  Pointer activation(int set) {
    return activations.at(set * sets.activationBytes());
  }

  /** Y of a set. */
  Pointer output(int set) {
    return outputs.at(set * sets.outputBytes());
  }

  /** What Y starts from: the residual of a set where there is one, Y itself otherwise. */
  Pointer addend(int set) {
    return sets.residualBytes() > 0 ? residuals.at(set * sets.residualBytes()) : output(set);
  }

  /** Every set's matrices. */
  List<LtOperands> all() {
    return IntStream.range(0, count())
        .mapToObj(set -> new LtOperands(weight(set), activation(set), addend(set), output(set)))
        .toList();
  }

  /** The bias of every product of the batch, N numbers each. */
  Pointer bias() {
    return biases.at(0);
  }

  /** Fills every Y with NaN or the most negative integer; waits until done. */
  void poison() {
    ElementType type = problem.precision().output();
    long bytes = outputs.bytes();
    switch (type) {
      case FP32, FP16, BF16, FP8_E4M3, FP8_E5M2 -> outputs.fill(ALL_ONES, 0, bytes, stream);
      case INT8 -> outputs.fill(Byte.MIN_VALUE, 0, bytes, stream);
      case INT32 -> outputs.fillWords(Integer.MIN_VALUE, 0, bytes / Integer.BYTES, stream);
    }
  }

  /** Copies a row of a set's Y to the start of {@code into}. */
  void readOutputRow(int set, int batch, int row, ByteBuffer into) {
    GemmShape shape = problem.shape();
    int rowBytes = rowBuffer.bytes();
    long offset = set * sets.outputBytes() + ((long) batch * shape.m() + row) * rowBytes;
    outputs.download(offset, rowBuffer.at(0), rowBytes, stream);
    stream.synchronize();
    into.put(0, rowBuffer.view(0, rowBytes), 0, rowBytes);
  }

  private void fill(EncodedOperands encoded, PinnedBuffer staging) {
    GemmShape shape = problem.shape();
    Precision precision = problem.precision();
    try (RowUpload upload = new RowUpload(staging, stream)) {
      for (int batch = 0; batch < shape.batch(); batch++) {
        int b = batch;
        int weightRow = shape.k() * precision.weight().bytes();
        upload.rows(
            weights,
            (long) b * shape.n() * weightRow,
            shape.n(),
            weightRow,
            (row, into) -> encoded.encodeWeightRow(b, row, into));
        int activationRow = shape.k() * precision.activation().bytes();
        upload.rows(
            activations,
            (long) b * shape.m() * activationRow,
            shape.m(),
            activationRow,
            (row, into) -> encoded.encodeActivationRow(b, row, into));
        int outputRow = rowBuffer.bytes();
        if (sets.residualBytes() > 0) {
          upload.rows(
              residuals,
              (long) b * shape.m() * outputRow,
              shape.m(),
              outputRow,
              (row, into) -> encoded.encodeResidualRow(b, row, into));
        }
        if (problem.epilogue() == Epilogue.BIAS) {
          upload.rows(
              biases,
              (long) b * outputRow,
              1,
              outputRow,
              (row, into) -> encoded.encodeBias(b, into));
        }
      }
    }
    for (int set = 1; set < sets.sets(); set++) {
      weights.copyWithin(0, set * sets.weightBytes(), sets.weightBytes(), stream);
      activations.copyWithin(0, set * sets.activationBytes(), sets.activationBytes(), stream);
      if (sets.residualBytes() > 0) {
        residuals.copyWithin(0, set * sets.residualBytes(), sets.residualBytes(), stream);
      }
    }
    stream.synchronize();
  }

  @Override
  public void close() {
    while (!owned.isEmpty()) {
      closeOne(owned.pop());
    }
  }

  private static void closeOne(AutoCloseable resource) {
    if (resource instanceof DeviceBuffer buffer) {
      buffer.close();
    } else if (resource instanceof PinnedBuffer buffer) {
      buffer.close();
    }
  }
}
