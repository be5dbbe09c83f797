package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.jspecify.annotations.Nullable;

/** Attention of one shape, planned by cuDNN; to be bound to any number of caches. */
final class CudnnSdpa implements AutoCloseable {
  private static final int CANDIDATES = 8;

  private final CudaScope scope = new CudaScope();
  private final @Nullable cudnnContext context;
  private final boolean alibi;
  private final CudnnSdpaGraph graph;
  private final CudnnDescriptor plan;

  /**
   * Plans for the device of the library's handle.
   *
   * @throws UnsupportedWorkException if this cuDNN has nothing for the shape
   */
  CudnnSdpa(cudnnContext context, SdpaShape shape) {
    this(context, null, shape);
  }

  /**
   * Plans for a device that need not be there; the plan cannot be executed.
   *
   * @param device its finished properties
   */
  CudnnSdpa(CudnnDescriptor device, SdpaShape shape) {
    this(null, device, shape);
  }

  private CudnnSdpa(
      @Nullable cudnnContext context, @Nullable CudnnDescriptor device, SdpaShape shape) {
    this.context = context;
    this.alibi = shape.alibi();
    try {
      this.graph = scope.own(new CudnnSdpaGraph(shape), CudnnSdpaGraph::close);
      CudnnDescriptor operations =
          own(cudnn.CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, "graph")
              .descriptors(cudnn.CUDNN_ATTR_OPERATIONGRAPH_OPS, graph.operations());
      if (context != null) {
        operations.library(cudnn.CUDNN_ATTR_OPERATIONGRAPH_HANDLE, context);
      }
      require(operations.tryFinish(), shape);
      this.plan = choose(operations, device, shape);
    } catch (RuntimeException | Error failure) {
      scope.closeAfter(failure);
      throw failure;
    }
  }

  /** The first of the library's proposals that it can carry out. */
  private CudnnDescriptor choose(
      CudnnDescriptor operations, @Nullable CudnnDescriptor device, SdpaShape shape) {
    CudnnDescriptor heuristic =
        own(cudnn.CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, "heuristic")
            .descriptors(cudnn.CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, operations)
            .choice(
                cudnn.CUDNN_ATTR_ENGINEHEUR_MODE,
                cudnn.CUDNN_TYPE_HEUR_MODE,
                cudnn.CUDNN_HEUR_MODE_A);
    if (device != null) {
      heuristic.descriptors(cudnn.CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, device);
    }
    require(heuristic.tryFinish(), shape);
    CudnnDescriptor[] proposals = new CudnnDescriptor[CANDIDATES];
    for (int i = 0; i < CANDIDATES; i++) {
      proposals[i] = own(cudnn.CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, "proposal");
    }
    int count = heuristic.fill(cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS, proposals);
    int code = cudnn.CUDNN_STATUS_NOT_SUPPORTED;
    for (int i = 0; i < Math.min(count, CANDIDATES); i++) {
      CudnnDescriptor candidate =
          own(cudnn.CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, "plan")
              .descriptors(cudnn.CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, proposals[i]);
      if (device == null) {
        candidate.library(cudnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE, context());
      } else {
        candidate.descriptors(cudnn.CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, device);
      }
      code = candidate.tryFinish();
      if (code == CudaCheck.SUCCESS) {
        return candidate;
      }
    }
    throw unsupported(code, shape);
  }

  private static void require(int code, SdpaShape shape) {
    if (code != CudaCheck.SUCCESS) {
      throw unsupported(code, shape);
    }
  }

  private static UnsupportedWorkException unsupported(int code, SdpaShape shape) {
    return new UnsupportedWorkException(
        "cuDNN "
            + Cudnn.version()
            + " has no attention for "
            + shape.heads()
            + " heads over "
            + shape.kvHeads()
            + " of size "
            + shape.headSize()
            + " and "
            + shape.tokens()
            + " tokens in "
            + shape.type()
            + " ("
            + CudaCheck.cudnnText(code)
            + ").");
  }

  private CudnnDescriptor own(int kind, String name) {
    return scope.own(new CudnnDescriptor(kind, name), CudnnDescriptor::close);
  }

  private cudnnContext context() {
    if (context == null) {
      throw new IllegalStateException("planned for a device that is not here");
    }
    return context;
  }

  /** Scratch memory that an execution needs. */
  long workspaceBytes() {
    return plan.number(cudnn.CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
  }

  /**
   * Where operands lie on the device.
   *
   * @param qkv [batch · tokens, heads + 2·kvHeads, headSize]
   * @param keys [batch, kvHeads, capacity, headSize]
   * @param values the same
   * @param slopes [heads] FP32, read only with ALiBi
   * @param result [batch · tokens, heads, headSize]
   * @param workspace of {@link #workspaceBytes}
   */
  record Places(
      Pointer qkv,
      Pointer keys,
      Pointer values,
      Pointer slopes,
      Pointer result,
      Pointer workspace) {}

  /** Names the operands; whoever asks closes what is returned, before this object. */
  CudnnDescriptor operands(Places at) {
    List<Long> ids = new ArrayList<>(graph.constantIds());
    List<Pointer> places = new ArrayList<>(graph.constants());
    ids.addAll(
        List.of(
            CudnnSdpaGraph.QUERIES,
            CudnnSdpaGraph.KEYS,
            CudnnSdpaGraph.VALUES,
            CudnnSdpaGraph.RESULT));
    places.addAll(List.of(at.qkv, at.keys, at.values, at.result));
    if (alibi) {
      ids.add(CudnnSdpaGraph.SLOPES);
      places.add(at.slopes);
    }
    CudnnDescriptor pack =
        new CudnnDescriptor(cudnn.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, "operands");
    try {
      pack.longs(
              cudnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
              ids.stream().mapToLong(Long::longValue).toArray())
          .addresses(cudnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, places.toArray(new Pointer[0]))
          .addresses(cudnn.CUDNN_ATTR_VARIANT_PACK_WORKSPACE, at.workspace)
          .finish();
      return pack;
    } catch (RuntimeException | Error failure) {
      Closing.after(failure, pack::close);
      throw failure;
    }
  }

  /** Enqueues it on the stream of the library's handle. */
  void run(CudnnDescriptor operands) {
    plan.execute(context(), operands);
  }

  @Override
  public void close() {
    scope.close();
  }
}
