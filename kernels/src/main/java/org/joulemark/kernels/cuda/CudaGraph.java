package org.joulemark.kernels.cuda;

import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;
import org.joulemark.kernels.engine.Closing;

/** Work captured once from a stream and replayed with a single launch. */
public final class CudaGraph implements AutoCloseable {
  private final CUgraphExec_st executable = new CUgraphExec_st();

  /**
   * Captures what {@code work} enqueues on {@code stream}, without running it, and uploads the
   * graph. The work must not allocate, wait or touch another stream.
   */
  public CudaGraph(CudaStream stream, Runnable work) {
    try {
      instantiate(stream, work);
      CudaCheck.driver(cudart.cuGraphUpload(executable, stream.handle()), "cuGraphUpload");
    } catch (RuntimeException | Error failure) {
      Closing.after(failure, this::close);
      throw failure;
    }
  }

  private void instantiate(CudaStream stream, Runnable work) {
    try (CudaScope temporary = new CudaScope()) {
      CUgraph_st graph = temporary.own(new CUgraph_st(), CudaGraph::destroy);
      capture(stream, work, graph);
      CudaCheck.driver(cudart.cuGraphInstantiate(executable, graph, 0), "cuGraphInstantiate");
    }
  }

  private static void capture(CudaStream stream, Runnable work, CUgraph_st graph) {
    CudaCheck.driver(
        cudart.cuStreamBeginCapture(stream.handle(), cudart.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
        "cuStreamBeginCapture");
    boolean captured = false;
    try {
      work.run();
      captured = true;
    } finally {
      // The capture must end on every path, or the stream stays unusable.
      int code = cudart.cuStreamEndCapture(stream.handle(), graph);
      if (captured) {
        CudaCheck.driver(code, "cuStreamEndCapture");
      }
    }
  }

  private static void destroy(CUgraph_st graph) {
    if (!graph.isNull()) {
      CudaCheck.driver(cudart.cuGraphDestroy(graph), "cuGraphDestroy");
    }
  }

  /** Enqueues one replay. */
  public void launch(CudaStream stream) {
    CudaCheck.driver(cudart.cuGraphLaunch(executable, stream.handle()), "cuGraphLaunch");
  }

  @Override
  public void close() {
    if (!executable.isNull()) {
      int code = cudart.cuGraphExecDestroy(executable);
      executable.setNull();
      CudaCheck.driver(code, "cuGraphExecDestroy");
    }
  }
}
