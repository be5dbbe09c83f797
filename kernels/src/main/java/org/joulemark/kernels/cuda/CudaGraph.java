package org.joulemark.kernels.cuda;

import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;

/** Work captured once from a stream and replayed with a single launch. */
public final class CudaGraph implements AutoCloseable {
  private final CUgraphExec_st executable = new CUgraphExec_st();

  /**
   * Captures what {@code work} enqueues on {@code stream}, without running it, and uploads the
   * graph. The work must not allocate, wait or touch another stream.
   */
  public CudaGraph(CudaStream stream, Runnable work) {
    CUgraph_st graph = new CUgraph_st();
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
    int code = cudart.cuGraphInstantiate(executable, graph, 0);
    CudaCheck.driver(cudart.cuGraphDestroy(graph), "cuGraphDestroy");
    CudaCheck.driver(code, "cuGraphInstantiate");
    CudaCheck.driver(cudart.cuGraphUpload(executable, stream.handle()), "cuGraphUpload");
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
