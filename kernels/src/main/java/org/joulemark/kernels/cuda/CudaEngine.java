package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.global.cublas;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.engine.LinearWork;
import org.joulemark.kernels.engine.MemoryNeed;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LinearProblem;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.definition.WeightRows;
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfChecking;
import org.jspecify.annotations.Nullable;

/**
 * One GPU with cuBLAS and cuBLASLt: what every work on it shares, and which class makes which work.
 * All work runs on one stream and shares one workspace, so works of one engine are used one after
 * the other.
 */
public final class CudaEngine implements Engine, SelfChecking {
  /** What {@code auto} stands for in the options of layers and models. */
  static final LayerOptions LAYER_DEFAULTS =
      new LayerOptions(GemmSupport.CUBLASLT, "heuristic", CudaAttention.AUTO, "stream");

  /** Why a decode work with attention=cudnn is refused. */
  static final String CUDNN_SINGLE =
      "attention=cudnn reads several new tokens at once; a single one is for attention=own.";

  private static final long LARGE_WORKSPACE = 256L << 20;
  private static final long SMALL_WORKSPACE = 64L << 20;
  private static final long LARGE_MEMORY = 16L << 30;
  // The libraries load code and the driver keeps some memory of its own while work runs.
  private static final long LARGEST_RESERVE = 512L << 20;
  private static final int RESERVED_SHARE = 8;
  private static final int NOISE_BYTES = 16 << 20;

  private final CudaInstallation installation;
  private final CudaScope scope = new CudaScope();
  private final CudaDevice device;
  private final CudaStream stream;
  private final cublasLtContext lt = new cublasLtContext();
  private final CacheDirectory cache = CacheDirectory.here();
  private final AttentionChooser attention = new AttentionChooser(this, cache);
  private final Map<String, String> facts = new LinkedHashMap<>();
  private @Nullable DeviceBuffer workspace;
  private @Nullable PinnedBuffer staging;
  private @Nullable cublasContext cublasHandle;
  private @Nullable Cudnn cudnn;

  /**
   * Opens the device; the CUDA libraries are loaded.
   *
   * @param installation loads what is loaded only when it is asked for
   * @param libraryFacts where the libraries were found
   */
  CudaEngine(
      EngineOptions options, CudaInstallation installation, Map<String, String> libraryFacts) {
    this.installation = installation;
    try {
      device = scope.own(CudaDevice.open(options.device()), CudaDevice::close);
      stream = scope.own(new CudaStream(), CudaStream::close);
      CudaCheck.cublas(cublas.cublasLtCreate(lt), "cublasLtCreate");
      scope.own(lt, CudaEngine::destroy);
      note(libraryFacts);
    } catch (RuntimeException | Error failure) {
      scope.closeAfter(failure);
      throw failure;
    }
  }

  private void note(Map<String, String> libraryFacts) {
    facts.put("device.name", device.name());
    facts.put("device.uuid", device.uuid());
    facts.put("device.pci", device.pciBusId());
    facts.put(
        "device.compute_capability",
        device.computeCapability() / 10 + "." + device.computeCapability() % 10);
    facts.put("device.multiprocessors", Integer.toString(device.multiprocessors()));
    facts.put("device.l2.bytes", Long.toString(device.l2Bytes()));
    facts.put("device.memory.bytes", Long.toString(device.memoryBytes()));
    facts.put("driver.cuda", device.driverInterface());
    facts.put("library.cublaslt", version(cublas.cublasLtGetVersion()));
    facts.put("cache.folder", cache.folder().toString());
    facts.putAll(libraryFacts);
  }

  /** {@code major.minor.patch} from cuBLAS's number, which is major·10000 + minor·100 + patch. */
  static String version(long number) {
    return number / 10_000 + "." + number / 100 % 100 + "." + number % 100;
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public Map<String, String> facts() {
    return Map.copyOf(facts);
  }

  @Override
  public List<String> libraries() {
    return CudaOptions.libraries();
  }

  @Override
  public String energyDomain() {
    return "cuda:" + device.uuid();
  }

  /** What {@code auto} stands for: cuBLAS picks its algorithms itself, cuBLASLt's are tuned. */
  static GemmOptions defaults(String library) {
    return library.equals(GemmSupport.CUBLAS)
        ? new GemmOptions(GemmSupport.CUBLAS, "heuristic", "rotating", "stream")
        : new GemmOptions(GemmSupport.CUBLASLT, "tuned", "rotating", "stream");
  }

  /**
   * The engine as a GPU.
   *
   * @throws UnsupportedWorkException if it is another one
   */
  static CudaEngine require(Engine engine, String what) {
    if (engine instanceof CudaEngine cuda) {
      return cuda;
    }
    throw new UnsupportedWorkException(
        what + " is measured on a GPU; the engine is " + engine.name() + ".");
  }

  /** Kernels of our own, compiled for this device; the caller closes them. */
  NvrtcModule module(String sourceName) {
    return module(sourceName, List.of());
  }

  /**
   * The same with macros.
   *
   * @param macros each a name, or {@code name=value}
   */
  NvrtcModule module(String sourceName, List<String> macros) {
    if (!facts.containsKey("library.nvrtc.path")) {
      throw new UnsupportedWorkException(
          "Kernels of our own need NVRTC (libnvrtc.so.13), which was not found.");
    }
    return NvrtcModule.load(device, cache, sourceName, macros);
  }

  /** Fills a buffer with bytes that look random; waits until done. */
  void fillWithNoise(DeviceBuffer buffer) {
    PinnedBuffer source = staging();
    Random random = new Random(GemmProblem.DEFAULT_SEED);
    ByteBuffer view = source.view(0, NOISE_BYTES);
    for (int at = 0; at < NOISE_BYTES; at += Long.BYTES) {
      view.putLong(at, random.nextLong());
    }
    long filled = Math.min(NOISE_BYTES, buffer.bytes());
    buffer.upload(0, source.at(0), filled, stream);
    while (filled < buffer.bytes()) {
      long more = Math.min(filled, buffer.bytes() - filled);
      buffer.copyWithin(0, filled, more, stream);
      filled += more;
    }
    stream.synchronize();
  }

  @Override
  public void checkSelf(Checks checks) {
    new CudaSelfTest(this, CudaSelfTest.Sizes.FULL).run(checks);
    new CudaCodesSelfTest(this).run(checks);
    new CudaLayerSelfTest(this).run(checks);
    new CudaWeightOnlySelfTest(this).run(checks);
    new CudaDynamicSelfTest(this).run(checks);
    new CudaInt8CacheSelfTest(this).run(checks);
    new CudaOutlierSelfTest(this).run(checks);
    new CudaLinearSelfTest(this).run(checks);
    new CudaModelSelfTest(this).run(checks);
    new CudaTrainingSelfTest(this).run(checks);
  }

  @Override
  public Set<String> covering() {
    return CoveringChecks.names();
  }

  /** The device, for kernels of our own. */
  CudaDevice device() {
    return device;
  }

  /** The stream on which everything runs. */
  CudaStream stream() {
    return stream;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for an option that this engine does not know
   */
  @Override
  public GemmWork gemm(GemmProblem problem, OperandSource source, GemmOptions options) {
    CudaOptions.check(options);
    GemmSupport.check(problem, options.library(), device.computeCapability(), device.name());
    device.makeCurrent();
    return CudaGemmWork.prepare(problem, this, source, options);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for an option that this engine does not know
   */
  @Override
  public LayerWork layer(LayerProblem problem, TensorSource source, LayerOptions options) {
    CudaOptions.check(options);
    PassSupport.check(this, problem.shape(), problem.strategy(), options);
    MemoryNeed.requireArray("output", problem.streamNumbers());
    if (options.attention().equals(CudaAttention.CUDNN) && problem.newTokens() == 1) {
      throw new UnsupportedWorkException(CUDNN_SINGLE);
    }
    return CudaLayerWork.prepare(problem, this, planner(), source, options);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for an option that this engine does not know
   */
  @Override
  public ModelSession model(ModelProblem problem, TensorSource source, LayerOptions options) {
    CudaOptions.check(options);
    PassSupport.check(this, problem.shape(), problem.strategy(), options);
    return CudaModelSession.prepare(problem, this, planner(), source, options);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for an option that this engine does not know
   */
  @Override
  public LinearWork linear(LinearProblem problem, TensorSource source, LayerOptions options) {
    CudaOptions.check(options);
    PassSupport.checkParts(this, problem.shape(), problem.strategy());
    MemoryNeed.requireArray("output", problem.outputNumbers());
    return CudaLinearWork.prepare(problem, this, planner(), source, options);
  }

  /** {@inheritDoc} In mixed precision: what is multiplied and what comes of it in FP16. */
  @Override
  public TrainableLinear trainable(WeightRows weights, int tokens) {
    device.makeCurrent();
    return CudaTrainableLinear.prepare(this, weights, tokens);
  }

  /** Whether cuDNN's attention can be thought of: format, device, files; loads nothing. */
  boolean mayUseCudnn(ElementType type) {
    return type.bytes() == Short.BYTES
        && device.computeCapability() >= CudaKernels.AMPERE
        && installation.hasCudnn();
  }

  /** Decides which attention runs. */
  AttentionChooser attention() {
    return attention;
  }

  /** How a layer or a model is carried out, apart from what cuBLASLt chose. */
  static Map<String, String> factsOf(LayerOptions options, Strategy strategy) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("library", options.library());
    facts.put("algorithm", options.algorithm());
    facts.put("launch", options.launch());
    facts.put("kv.cache", strategy.int8Cache() ? "INT8" : strategy.base().activation().name());
    return facts;
  }

  /**
   * Allocates an arena.
   *
   * @param more bytes that will be needed besides
   * @throws UnsupportedWorkException if both do not fit
   */
  void allocate(DeviceArena arena, long more) {
    requireFree(arena.bytes() + more);
    arena.allocate();
  }

  /**
   * Checks that so much device memory can be allocated.
   *
   * @throws UnsupportedWorkException if it cannot
   */
  void requireFree(long bytes) {
    MemoryNeed.require("GPU memory", bytes, usableBytes());
  }

  /** Bytes of device memory that can be allocated beside the workspace, a reserve left out. */
  long usableBytes() {
    workspace();
    long free = device.freeBytes();
    return free - Math.min(LARGEST_RESERVE, free / RESERVED_SHARE);
  }

  /** Fills device memory; the caller closes it before anything else uses {@link #staging}. */
  RowUpload upload() {
    return new RowUpload(staging(), stream);
  }

  /** Plans products of cuBLASLt on this engine's stream, with its workspace. */
  LtPlanner planner() {
    return new LtPlanner(device, stream, lt, cache, workspace(), facts);
  }

  /** cuBLAS on this engine's stream, with its workspace. */
  cublasContext cublas() {
    if (cublasHandle == null) {
      DeviceBuffer space = workspace();
      cublasContext handle = new cublasContext();
      CudaCheck.cublas(cublas.cublasCreate_v2(handle), "cublasCreate");
      scope.own(handle, CudaEngine::destroy);
      CudaCheck.cublas(cublas.cublasSetStream_v2(handle, stream.handle()), "cublasSetStream");
      CudaCheck.cublas(
          cublas.cublasSetWorkspace_v2(handle, space.at(0), space.bytes()), "cublasSetWorkspace");
      cublasHandle = handle;
    }
    return cublasHandle;
  }

  /**
   * cuDNN on this device, loaded when it is first asked for.
   *
   * @throws UnsupportedWorkException if it is not there
   */
  Cudnn cudnn() {
    if (cudnn == null) {
      loadCudnn();
      try {
        cudnn = scope.own(new Cudnn(stream), Cudnn::close);
      } catch (LinkageError stubs) {
        throw new UnsupportedWorkException(
            "attention=cudnn: cuDNN's stubs cannot be loaded: " + stubs.getMessage() + ".", stubs);
      }
      facts.put("library.cudnn", Cudnn.version());
    }
    return cudnn;
  }

  /** Loads cuDNN; as {@link #cudnn}, but opens nothing. */
  void loadCudnn() {
    facts.putAll(installation.loadCudnn());
  }

  /** Page-locked memory for copies, used by one thing after another. */
  PinnedBuffer staging() {
    if (staging == null) {
      staging = scope.own(new PinnedBuffer(RowUpload.STAGING_BYTES), PinnedBuffer::close);
    }
    return staging;
  }

  private DeviceBuffer workspace() {
    if (workspace == null) {
      workspace =
          scope.own(
              new DeviceBuffer(
                  device.memoryBytes() >= LARGE_MEMORY ? LARGE_WORKSPACE : SMALL_WORKSPACE),
              DeviceBuffer::close);
    }
    return workspace;
  }

  private static void destroy(cublasContext handle) {
    CudaCheck.cublas(cublas.cublasDestroy_v2(handle), "cublasDestroy");
  }

  private static void destroy(cublasLtContext handle) {
    CudaCheck.cublas(cublas.cublasLtDestroy(handle), "cublasLtDestroy");
  }

  @Override
  public void close() {
    try {
      device.makeCurrent();
    } finally {
      scope.close();
    }
  }
}
