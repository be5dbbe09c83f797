package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.joulemark.kernels.engine.ForwardingWork;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.gemm.GemmProblem;

/**
 * One GEMM on the GPU, its operand sets used in turn. With {@code launch=graph} units come together
 * as {@link CudaWork} describes; the fact {@code launch.units} says how many.
 */
final class CudaGemmWork extends ForwardingWork implements GemmWork {
  private final GemmProblem problem;
  private final CudaDevice device;
  private final GemmOperands operands;
  private final GemmCall call;
  private final CudaWork work;
  private int next;
  private int lastWritten;

  /**
   * Takes over operands and call; frees them if it cannot be made.
   *
   * @param launch {@code stream} or {@code graph}
   * @param moreFacts beside those of the call
   */
  CudaGemmWork(
      GemmProblem problem,
      CudaDevice device,
      CudaStream stream,
      GemmOperands operands,
      GemmCall call,
      String launch,
      Map<String, String> moreFacts) {
    this.problem = problem;
    this.device = device;
    this.operands = operands;
    this.call = call;
    Map<String, String> facts = new LinkedHashMap<>(call.facts());
    facts.putAll(moreFacts);
    boolean complete = false;
    try {
      work =
          launch.equals("graph")
              ? CudaWork.graphed(device, stream, this::launchNext, operands.count(), facts)
              : CudaWork.launched(device, stream, this::launchNext, facts);
      facts.put("launch.units", Integer.toString(work.unitsPerBatch()));
      complete = true;
    } finally {
      if (!complete) {
        call.close();
        operands.close();
      }
    }
  }

  /** A graph writes every set, so what {@code lastWritten} names is right after a replay too. */
  private void launchNext() {
    call.launch(next);
    lastWritten = next;
    next = next + 1 == operands.count() ? 0 : next + 1;
  }

  @Override
  public GemmProblem problem() {
    return problem;
  }

  @Override
  protected Work work() {
    return work;
  }

  @Override
  public void poisonOutput() {
    device.makeCurrent();
    operands.poison();
  }

  @Override
  public synchronized void readOutputRow(int batch, int row, ByteBuffer into) {
    device.makeCurrent();
    operands.readOutputRow(lastWritten, batch, row, into);
  }

  @Override
  public void close() {
    try {
      work.close();
    } finally {
      try {
        call.close();
      } finally {
        operands.close();
      }
    }
  }
}
