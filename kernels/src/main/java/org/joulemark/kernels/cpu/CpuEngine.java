package org.joulemark.kernels.cpu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.engine.LinearWork;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LinearProblem;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.definition.WeightRows;

/**
 * This machine's CPU through oneDNN. Work is done when {@code submit} returns. Memory and
 * primitives live outside the Java heap and are freed on close.
 */
public final class CpuEngine implements Engine {
  /** How users ask for it. */
  public static final String NAME = "cpu";

  private static final String LIBRARY = "onednn";
  private static final String HEURISTIC = "heuristic";
  private static final String TUNED = "tuned";

  /** What a GEMM gets where a benchmark names no options. */
  static final GemmOptions DEFAULTS = new GemmOptions(LIBRARY, TUNED, "hot", "direct");

  /** How attention, norms and rotary embeddings are carried out. */
  static final String ATTENTION = "own";

  /** The only options for layers and models that this engine offers. */
  static final LayerOptions LAYER_DEFAULTS =
      new LayerOptions(LIBRARY, HEURISTIC, ATTENTION, "direct");

  private final CpuIsa isa;
  private final int threadCount;
  private final OpenMpThreads threads;
  private final NativeScope scope = new NativeScope();
  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final DnnlContext context;
  private final WorkerTeam team;

  /**
   * Opens oneDNN's CPU engine.
   *
   * @param isa what decides which precisions are offered
   * @throws IllegalArgumentException for a device other than 0 or a negative number of threads
   */
  CpuEngine(EngineOptions options, CpuIsa isa) {
    if (!options.device().equals("0")) {
      throw new IllegalArgumentException(
          "device=" + options.device() + " is not known; the cpu engine has only device 0.");
    }
    if (options.threads() < 0) {
      throw new IllegalArgumentException(
          "threads=" + options.threads() + " is not valid; choose 0 (every core) or more.");
    }
    this.isa = isa;
    this.threadCount = options.threads() == 0 ? CpuInfo.usableCores() : options.threads();
    this.threads = new OpenMpThreads(threadCount);
    threads.prepareCurrentThread();
    try {
      Dnnl.check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "dnnl_engine_create");
      scope.own(engine, "dnnl_engine_destroy", dnnl::dnnl_engine_destroy);
      Dnnl.check(
          dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_in_order), "dnnl_stream_create");
      scope.own(stream, "dnnl_stream_destroy", dnnl::dnnl_stream_destroy);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
    this.context = new DnnlContext(engine, stream, threads);
    this.team = new WorkerTeam(threadCount);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String energyDomain() {
    return NAME;
  }

  @Override
  public Map<String, String> facts() {
    threads.prepareCurrentThread();
    Map<String, String> facts = new TreeMap<>();
    facts.put("device.name", CpuInfo.model());
    facts.put("cpu.cores", Integer.toString(CpuInfo.usableCores()));
    facts.put("cpu.isa", isa.id());
    facts.put("cpu.threads", Integer.toString(threads.effective()));
    facts.put("cpu.threading", "OpenMP (" + threads.runtime() + ")");
    facts.put("library.onednn", Dnnl.version());
    return facts;
  }

  @Override
  public List<String> libraries() {
    return List.of(LIBRARY);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for a library or an algorithm that this engine does not know
   */
  @Override
  public GemmWork gemm(GemmProblem problem, OperandSource operands, GemmOptions options) {
    checkOptions(options);
    refuse(isa.whyNot(problem.precision()));
    threads.prepareCurrentThread();
    return DnnlGemmBuilder.build(context, problem, operands, options.algorithm().equals(TUNED));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for a library that is not one of {@link #libraries()}
   */
  @Override
  public LayerWork layer(LayerProblem problem, TensorSource source, LayerOptions options) {
    checkPass(problem.shape(), problem.strategy(), options);
    return CpuLayerWork.prepare(problem, context, team, source);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for a library that is not one of {@link #libraries()}
   */
  @Override
  public ModelSession model(ModelProblem problem, TensorSource source, LayerOptions options) {
    checkPass(problem.shape(), problem.strategy(), options);
    return CpuModelSession.prepare(problem, context, team, source);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for a library that is not one of {@link #libraries()}
   */
  @Override
  public LinearWork linear(LinearProblem problem, TensorSource source, LayerOptions options) {
    checkPass(problem.shape(), problem.strategy(), options);
    return CpuLinearWork.prepare(problem, context, team, source);
  }

  /** {@inheritDoc} In FP32. */
  @Override
  public TrainableLinear trainable(WeightRows weights, int tokens) {
    return CpuTrainableLinear.prepare(threads, weights, tokens);
  }

  private void checkPass(ModelShape shape, Strategy strategy, LayerOptions options) {
    checkLibrary(options.library());
    only("algorithm", options.algorithm(), LAYER_DEFAULTS.algorithm());
    only("attention", options.attention(), LAYER_DEFAULTS.attention());
    only("launch", options.launch(), LAYER_DEFAULTS.launch());
    refuse(LayerTensors.unsupported(shape).map(reason -> reason + "."));
    refuse(whyNot(strategy));
    threads.prepareCurrentThread();
  }

  /** Why a strategy cannot run natively, in one sentence; empty if it can. */
  private Optional<String> whyNot(Strategy strategy) {
    if (strategy.linear() instanceof LinearScheme.Fp8) {
      return isa.whyNot(Precision.FP8_E4M3);
    }
    if (strategy.linear() instanceof LinearScheme.Int8) {
      return isa.whyNot(Precision.INT8);
    }
    if (strategy.linear() instanceof LinearScheme.WeightOnly) {
      return Optional.empty();
    }
    if (strategy.linear() instanceof LinearScheme.Dynamic) {
      return isa.whyNot(Precision.INT8);
    }
    return switch (strategy.base()) {
      case FP32, FP16, BF16, TF32 -> isa.whyNot(strategy.base());
      case FP16_ACC16, FP8_E4M3, FP8_E5M2, INT8, INT8_OUT8 ->
          Optional.of("A layer in " + strategy.base() + " needs a quantization strategy.");
    };
  }

  private static void refuse(Optional<String> reason) {
    reason.ifPresent(
        sentence -> {
          throw new UnsupportedWorkException(sentence);
        });
  }

  private static void checkLibrary(String library) {
    if (!library.equals(LIBRARY)) {
      throw new IllegalArgumentException(
          "library=" + library + " is not known to the cpu engine; choose from " + LIBRARY + ".");
    }
  }

  private static void checkOptions(GemmOptions options) {
    checkLibrary(options.library());
    if (!options.algorithm().equals(HEURISTIC) && !options.algorithm().equals(TUNED)) {
      throw new IllegalArgumentException(
          "algo="
              + options.algorithm()
              + " is not known to the cpu engine; choose from "
              + HEURISTIC
              + ", "
              + TUNED
              + ".");
    }
    only("cache", options.cache(), DEFAULTS.cache());
    only("launch", options.launch(), DEFAULTS.launch());
  }

  private static void only(String parameter, String asked, String offered) {
    if (!asked.equals(offered)) {
      throw new UnsupportedWorkException(
          parameter + "=" + asked + " is not offered by the cpu engine, only " + offered + ".");
    }
  }

  @Override
  public void close() {
    team.close();
    scope.close();
  }
}
