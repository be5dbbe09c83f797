package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.global.cublas;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.engine.ForwardingWork;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.gemm.EncodedOperands;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.OperandSource;

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
  private CudaGemmWork(
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
    try {
      work =
          launch.equals("graph")
              ? CudaWork.graphed(device, stream, this::launchNext, operands.count(), facts)
              : CudaWork.launched(device, stream, this::launchNext, facts);
      facts.put("launch.units", Integer.toString(work.unitsPerBatch()));
    } catch (RuntimeException | Error failure) {
      Closing.after(failure, List.<Runnable>of(call::close, operands::close), Runnable::run);
      throw failure;
    }
  }

  /**
   * Prepares a GEMM that {@link GemmSupport} and {@link CudaOptions} let pass: encodes and uploads
   * the operands, plans the call.
   *
   * @throws UnsupportedWorkException if it does not fit into memory or the library cannot do it
   */
  static CudaGemmWork prepare(
      GemmProblem problem, CudaEngine engine, OperandSource source, GemmOptions options) {
    OperandSets sets =
        OperandSets.plan(problem, options.cache(), engine.device().l2Bytes(), engine.usableBytes());
    EncodedOperands encoded = new EncodedOperands(problem, source);
    GemmOperands operands = new GemmOperands(encoded, sets, engine.staging(), engine.stream());
    GemmCall call;
    try {
      call =
          options.library().equals(GemmSupport.CUBLAS)
              ? planCublas(problem, engine, encoded, operands)
              : planCublasLt(problem, engine, encoded, operands, options);
    } catch (RuntimeException failure) {
      Closing.after(failure, operands::close);
      throw failure;
    }
    return new CudaGemmWork(
        problem,
        engine.device(),
        engine.stream(),
        operands,
        call,
        options.launch(),
        factsOf(problem, options, sets));
  }

  private static GemmCall planCublas(
      GemmProblem problem, CudaEngine engine, EncodedOperands encoded, GemmOperands operands) {
    CublasGemm gemm = new CublasGemm(engine.cublas(), problem, encoded.alpha(), operands);
    int code = gemm.tryLaunch(0);
    if (code != CudaCheck.SUCCESS) {
      gemm.close();
      if (code == cublas.CUBLAS_STATUS_NOT_SUPPORTED) {
        throw new UnsupportedWorkException(engine.planner().nothingFor("cuBLAS", problem));
      }
      CudaCheck.cublas(code, "cublasGemmEx");
    }
    return gemm;
  }

  private static GemmCall planCublasLt(
      GemmProblem problem,
      CudaEngine engine,
      EncodedOperands encoded,
      GemmOperands operands,
      GemmOptions options) {
    LtPlanner planner = engine.planner();
    return planner.plan(
        planner.describe(problem, encoded.alpha(), operands.bias()),
        operands.all(),
        options.algorithm(),
        options.cache());
  }

  private static Map<String, String> factsOf(
      GemmProblem problem, GemmOptions options, OperandSets sets) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("library", options.library());
    facts.put("algorithm", options.algorithm());
    facts.put("cache", options.cache());
    facts.put("cache.sets", Integer.toString(sets.sets()));
    facts.put("cache.set.bytes", Long.toString(sets.bytesPerSet()));
    if (!sets.note().isEmpty()) {
      facts.put("cache.note", sets.note());
    }
    facts.put("launch", options.launch());
    if (problem.precision().isFp8()) {
      facts.put("fp8.fast_accumulation", "true");
    }
    return facts;
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
    Closing.all(List.<Runnable>of(work::close, call::close, operands::close), Runnable::run);
  }
}
