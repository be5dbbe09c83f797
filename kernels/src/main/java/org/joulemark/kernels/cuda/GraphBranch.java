package org.joulemark.kernels.cuda;

import java.util.function.LongConsumer;
import org.bytedeco.cuda.cudart.CUDA_CONDITIONAL_NODE_PARAMS;
import org.bytedeco.cuda.cudart.CUgraphEdgeData;
import org.bytedeco.cuda.cudart.CUgraphNodeParams;
import org.bytedeco.cuda.cudart.CUgraphNode_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.joulemark.kernels.engine.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * A choice inside a graph that the device makes while the graph runs: a conditional node with a
 * body for either outcome (CUDA driver interface, "Conditional Graph Nodes"; bodies for both need
 * CUDA 12.8).
 */
final class GraphBranch {
  private static final int BODIES = 2;
  // CUDA_CONDITIONAL_NODE_PARAMS: an eight-byte handle, two four-byte numbers, the bodies' address.
  private static final int PLACE_OF_BODIES = 2;

  private GraphBranch() {}

  /**
   * Adds a choice to the graph that is being captured on a stream. The capture goes on behind it.
   *
   * @param decide enqueues, on the same stream, the kernel that sets the condition whose handle it
   *     is given
   * @param whenSet enqueues what runs where the condition is not 0
   * @param otherwise enqueues what runs where it is 0
   */
  static void capture(
      CudaDevice device,
      CudaStream stream,
      LongConsumer decide,
      Runnable whenSet,
      Runnable otherwise) {
    CUgraph_st graph = new CUgraph_st();
    tail(stream, graph);
    long handle = handle(device, graph);
    decide.accept(handle);
    CUgraphNode_st before = tail(stream, graph);
    if (before == null) {
      throw new EngineException("A choice in a graph needs a kernel that decides.");
    }
    end(stream);
    CUgraphNode_st node = new CUgraphNode_st();
    try (CUgraphNodeParams parameters = new CUgraphNodeParams()) {
      parameters.type(cudart.CU_GRAPH_NODE_TYPE_CONDITIONAL);
      CUDA_CONDITIONAL_NODE_PARAMS choice = parameters.conditional();
      choice.handle(handle);
      choice.type(cudart.CU_GRAPH_COND_TYPE_IF);
      choice.size(BODIES);
      choice.ctx(device.context());
      CudaCheck.driver(
          cudart.cuGraphAddNode(node, graph, before, (CUgraphEdgeData) null, 1, parameters),
          "cuGraphAddNode(conditional)");
      body(stream, bodyGraph(parameters.conditional(), 0), whenSet);
      body(stream, bodyGraph(parameters.conditional(), 1), otherwise);
    }
    begin(stream, graph, node);
  }

  /** The graph under capture, and its node that what is enqueued next depends on. */
  private static @Nullable CUgraphNode_st tail(CudaStream stream, CUgraph_st graph) {
    try (IntPointer status = new IntPointer(1);
        LongPointer id = new LongPointer(1);
        PointerPointer<CUgraphNode_st> nodes = new PointerPointer<>(1);
        PointerPointer<CUgraphEdgeData> edges = new PointerPointer<>(1);
        SizeTPointer count = new SizeTPointer(1)) {
      CudaCheck.driver(
          cudart.cuStreamGetCaptureInfo(stream.handle(), status, id, graph, nodes, edges, count),
          "cuStreamGetCaptureInfo");
      if (status.get() != cudart.CU_STREAM_CAPTURE_STATUS_ACTIVE || count.get() > 1) {
        throw new EngineException(
            "A choice needs a capture in which one thing follows another; "
                + count.get()
                + " things run side by side.");
      }
      if (count.get() == 0) {
        return null;
      }
      // The driver gives an array of its own, whose address JavaCPP makes the pointer's.
      return new CUgraphNode_st(new DeviceAddress(word(nodes.address(), 0)));
    }
  }

  private static long handle(CudaDevice device, CUgraph_st graph) {
    long[] handle = new long[1];
    CudaCheck.driver(
        cudart.cuGraphConditionalHandleCreate(handle, graph, device.context(), 0, 0),
        "cuGraphConditionalHandleCreate");
    return handle[0];
  }

  /** The driver makes the bodies and gives an array of them. */
  private static CUgraph_st bodyGraph(CUDA_CONDITIONAL_NODE_PARAMS choice, int index) {
    long bodies = word(choice.address(), PLACE_OF_BODIES);
    return new CUgraph_st(new DeviceAddress(word(bodies, index)));
  }

  /** Eight bytes of the host's memory. */
  private static long word(long address, int index) {
    return new LongPointer(new DeviceAddress(address)).get(index);
  }

  private static void body(CudaStream stream, CUgraph_st graph, Runnable work) {
    begin(stream, graph, null);
    boolean captured = false;
    try {
      work.run();
      captured = true;
    } finally {
      if (!captured) {
        // What went wrong is on its way; the stream must be usable again.
        cudart.cuStreamEndCapture(stream.handle(), new CUgraph_st());
      }
    }
    end(stream);
  }

  private static void begin(CudaStream stream, CUgraph_st graph, @Nullable CUgraphNode_st after) {
    CudaCheck.driver(
        cudart.cuStreamBeginCaptureToGraph(
            stream.handle(),
            graph,
            after,
            (CUgraphEdgeData) null,
            after == null ? 0 : 1,
            cudart.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
        "cuStreamBeginCaptureToGraph");
  }

  private static void end(CudaStream stream) {
    CudaCheck.driver(
        cudart.cuStreamEndCapture(stream.handle(), new CUgraph_st()), "cuStreamEndCapture");
  }
}
