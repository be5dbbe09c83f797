package org.joulemark.kernels.cuda;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.IntPointer;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.ForwardingWork;
import org.joulemark.kernels.engine.Work;

/**
 * What it costs the host to tell the device what to do, one call of the driver a unit. The C++ twin
 * is {@code machinery.cpp} in this module's sources: the same calls without a JVM.
 */
public final class CudaMachinery extends ForwardingWork {
  private static final int ROUNDS = 21;
  private static final int CALLS = 2000;

  /** Which call. */
  public enum Kind {
    /** A call that does next to nothing ({@code cuDriverGetVersion}): the way through JNI. */
    DRIVER_CALL,
    /** A launch of an empty kernel. */
    KERNEL_LAUNCH,
    /** A mark in the stream. */
    EVENT_RECORD,
    /** A launch of a graph that holds one empty kernel. */
    GRAPH_REPLAY;

    /** The name used in parameters: lower case. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final CudaStream stream;
  private final Deque<Runnable> closers = new ArrayDeque<>();
  private final Runnable call;
  private final CudaWork work;

  private CudaMachinery(CudaEngine cuda, Kind kind) {
    stream = cuda.stream();
    boolean complete = false;
    try {
      call = prepare(cuda, kind);
      work = CudaWork.launched(cuda.device(), stream, call, Map.of("call", kind.id()));
      complete = true;
    } finally {
      if (!complete) {
        closeOwned();
      }
    }
  }

  /**
   * Prepares one call.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if the engine is not a GPU
   */
  public static CudaMachinery open(Engine engine, Kind kind) {
    CudaEngine cuda = CudaEngine.require(engine, "The cost of a launch");
    cuda.device().makeCurrent();
    return new CudaMachinery(cuda, kind);
  }

  private Runnable prepare(CudaEngine cuda, Kind kind) {
    return switch (kind) {
      case DRIVER_CALL -> {
        IntPointer version = new IntPointer(1);
        closers.push(version::close);
        yield () -> CudaCheck.driver(cudart.cuDriverGetVersion(version), "cuDriverGetVersion");
      }
      case KERNEL_LAUNCH -> {
        KernelLaunch empty = emptyKernel(cuda);
        yield () -> empty.launch(stream);
      }
      case EVENT_RECORD -> {
        CudaEvent event = new CudaEvent();
        closers.push(event::close);
        yield () -> event.record(stream);
      }
      case GRAPH_REPLAY -> {
        KernelLaunch empty = emptyKernel(cuda);
        // The driver loads code at the first launch, which must not fall into the capture.
        empty.launch(stream);
        stream.synchronize();
        CudaGraph graph = new CudaGraph(stream, () -> empty.launch(stream));
        closers.push(graph::close);
        yield () -> graph.launch(stream);
      }
    };
  }

  private KernelLaunch emptyKernel(CudaEngine cuda) {
    NvrtcModule module = cuda.module("empty.cu");
    closers.push(module::close);
    KernelLaunch empty = module.kernel("empty", 1, 32);
    closers.push(empty::close);
    return empty;
  }

  /**
   * Nanoseconds per call on this thread, measured as the C++ twin does: the median of rounds of
   * calls in a bare loop, each round beginning on an idle stream.
   */
  public double nanosecondsPerCall() {
    double[] nanoseconds = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      stream.synchronize();
      long begin = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        call.run();
      }
      nanoseconds[round] = (System.nanoTime() - begin) / (double) CALLS;
    }
    stream.synchronize();
    Arrays.sort(nanoseconds);
    return nanoseconds[ROUNDS / 2];
  }

  @Override
  protected Work work() {
    return work;
  }

  @Override
  public void close() {
    try {
      work.close();
    } finally {
      closeOwned();
    }
  }

  private void closeOwned() {
    while (!closers.isEmpty()) {
      closers.pop().run();
    }
  }
}
