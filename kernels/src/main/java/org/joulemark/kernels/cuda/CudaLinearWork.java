package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.ForwardingWork;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LinearWork;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.LinearProblem;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.definition.WeightRows;

/**
 * One linear part on the GPU. With {@code launch=graph} units come together as {@link CudaWork}
 * describes; the fact {@code launch.units} says how many.
 */
final class CudaLinearWork extends ForwardingWork implements LinearWork {
  private final LinearProblem problem;
  private final CudaEngine engine;
  private final ElementType type;
  private final CudaScope scope;
  private final CudaNanCounter nans;
  private final CudaLinear linear;
  private final DeviceArena.Slice y; // [M, N]
  private final CudaCall call;
  private final CudaWork work;

  private CudaLinearWork(
      LinearProblem problem,
      CudaEngine engine,
      LtPlanner planner,
      CudaScope scope,
      TensorSource source,
      LayerOptions options) {
    this.problem = problem;
    this.engine = engine;
    this.type = problem.precision().activation();
    this.scope = scope;
    LinearPart part = problem.part();
    LayerWeights layer = problem.weights(source);
    CudaKernels kernels =
        scope.own(new CudaKernels(engine, type, problem.shape().headSize()), CudaKernels::close);
    DeviceArena arena = scope.own(new DeviceArena(), DeviceArena::close);
    CudaLinearKind kind = CudaLinearKinds.of(problem.strategy(), engine.device());
    CudaPartWeights weights = kind.weights(arena, partSource(layer));
    DeviceArena.Slice x = arena.reserve(type, problem.tokens(), problem.inputs());
    this.y = arena.reserve(type, problem.tokens(), problem.outputs());
    this.nans = new CudaNanCounter(arena, engine.stream(), engine.staging());
    // The part is all that there is of the layer: it reads X and writes Y wherever it stands.
    CudaPassFrame frame =
        new CudaPassFrame(
            kernels,
            planner,
            engine.stream(),
            scope,
            arena,
            layer,
            problem.strategy(),
            options,
            problem.tokens(),
            x,
            x,
            y,
            x,
            y,
            y,
            nans,
            engine.staging());
    this.linear = kind.linear(frame, part, problem.scales());
    engine.allocate(arena, 0);
    try (RowUpload upload = engine.upload()) {
      weights.fill(upload);
      x.fill(
          upload,
          type,
          problem.tokens(),
          problem.inputs(),
          (row, into) -> problem.inputRow(source, row, into));
    }
    nans.clear();
    this.call = linear.bind(weights, x, y, null);
    Map<String, String> facts = new LinkedHashMap<>(linear.facts());
    facts.putAll(CudaEngine.factsOf(options, problem.strategy()));
    facts.put("memory.bytes", Long.toString(arena.bytes()));
    this.work =
        scope.own(
            options.launch().equals("graph")
                ? CudaWork.graphed(engine.device(), engine.stream(), call::launch, 1, facts)
                : CudaWork.launched(engine.device(), engine.stream(), call::launch, facts),
            CudaWork::close);
    facts.put("launch.units", Integer.toString(work.unitsPerBatch()));
  }

  private PartSource partSource(LayerWeights layer) {
    LinearPart part = problem.part();
    WeightRows weight = layer.weight(part);
    float[] smoothing = problem.scales().smoothing();
    Optional<Supplier<float[]>> bias =
        layer.isBiased(part) ? Optional.of(() -> layer.bias(part)) : Optional.empty();
    return new PartSource(
        part,
        weight.rows(),
        weight.columns(),
        (row, into) -> {
          weight.row(row, into);
          for (int k = 0; k < smoothing.length; k++) {
            into[k] *= smoothing[k];
          }
        },
        weight,
        bias,
        problem.scales());
  }

  /**
   * Prepares a part.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if it does not fit into memory or
   *     cuBLASLt cannot do it
   */
  static CudaLinearWork prepare(
      LinearProblem problem,
      CudaEngine engine,
      LtPlanner planner,
      TensorSource source,
      LayerOptions options) {
    CudaScope scope = new CudaScope();
    try {
      return new CudaLinearWork(problem, engine, planner, scope, source, options);
    } catch (RuntimeException failure) {
      scope.closeAfter(failure);
      throw failure;
    }
  }

  @Override
  protected Work work() {
    return work;
  }

  @Override
  public LinearProblem problem() {
    return problem;
  }

  @Override
  public void drain() {
    work.drain();
    nans.check();
  }

  @Override
  public HostTensor output() {
    drain();
    return y.download(
        "output",
        List.of(problem.tokens(), problem.outputs()),
        type,
        engine.staging(),
        engine.stream());
  }

  @Override
  public void poisonOutput() {
    work.drain();
    y.poison(engine.stream());
  }

  @Override
  public Optional<Decisions> decisions() {
    return linear.decisions();
  }

  @Override
  public void close() {
    engine.device().makeCurrent();
    scope.close();
  }
}
