package org.joulemark.kernels.cuda;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.engine.UnsupportedWorkException;

/**
 * Attention of several new tokens over caches as cuDNN carries it out. Each position at which the
 * tokens may start has a plan of its own, made when it is first asked for; all caches share it.
 */
final class CudnnAttention {
  private final Cudnn library;
  private final CudaScope scope;
  private final SdpaShape fromStart;
  private final Pointer qkv;
  private final Pointer slopes;
  private final Pointer attended;
  private final Map<Integer, Plan> plans = new HashMap<>();

  /**
   * Plans for tokens that start at position 0; memory is allocated.
   *
   * @param scope owns plans and what is bound
   * @param fromStart what is computed, with start 0
   * @param qkv [batch · tokens, heads + 2·kvHeads, headSize]
   * @param slopes [heads], read only where the shape says so
   * @param attended [batch · tokens, heads, headSize]
   * @throws UnsupportedWorkException if this cuDNN has nothing for it
   */
  CudnnAttention(
      Cudnn library,
      CudaScope scope,
      SdpaShape fromStart,
      Pointer qkv,
      Pointer slopes,
      Pointer attended) {
    this.library = library;
    this.scope = scope;
    this.fromStart = fromStart;
    this.qkv = qkv;
    this.slopes = slopes;
    this.attended = attended;
    plan(0);
  }

  /** A plan and its scratch memory. */
  private record Plan(CudnnSdpa sdpa, Pointer workspace) {}

  private Plan plan(int start) {
    return plans.computeIfAbsent(
        start,
        at -> {
          CudnnSdpa sdpa =
              scope.own(
                  new CudnnSdpa(library.handle(), fromStart.startingAt(at)), CudnnSdpa::close);
          DeviceBuffer workspace =
              scope.own(new DeviceBuffer(sdpa.workspaceBytes()), DeviceBuffer::close);
          return new Plan(sdpa, workspace.at(0));
        });
  }

  /** Prepares it over one cache. */
  CudaAttention.Call bind(CudaKvCache cache) {
    Map<Integer, CudnnDescriptor> operands = new HashMap<>();
    operands.put(0, operands(cache, 0));
    return (start, stream) ->
        plan(start)
            .sdpa()
            .run(operands.computeIfAbsent(start, position -> operands(cache, position)));
  }

  private CudnnDescriptor operands(CudaKvCache cache, int start) {
    Plan plan = plan(start);
    return scope.own(
        plan.sdpa()
            .operands(
                new CudnnSdpa.Places(
                    qkv,
                    cache.keys().pointer(),
                    cache.values().pointer(),
                    slopes,
                    attended,
                    plan.workspace())),
        CudnnDescriptor::close);
  }
}
