package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.global.cublas;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.EncodedOperands;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.selftest.SelfChecking;
import org.joulemark.kernels.selftest.SelfTestRow;
import org.jspecify.annotations.Nullable;

/**
 * One GPU with cuBLAS and cuBLASLt. All work runs on one stream and shares one workspace, so works
 * of one engine are used one after the other.
 */
public final class CudaEngine implements Engine, SelfChecking {
  private static final List<String> ALGORITHMS = List.of("heuristic", "tuned");
  private static final List<String> CACHES = List.of("rotating", "hot");
  private static final List<String> LAUNCHES = List.of("stream", "graph");

  private static final long LARGE_WORKSPACE = 256L << 20;
  private static final long SMALL_WORKSPACE = 64L << 20;
  private static final long LARGE_MEMORY = 16L << 30;
  // The libraries load code and the driver keeps some memory of its own while work runs.
  private static final long LARGEST_RESERVE = 512L << 20;
  private static final int RESERVED_SHARE = 8;
  private static final int CANDIDATES = 64;
  private static final int NOISE_BYTES = 16 << 20;
  private static final double TUNING_SECONDS = 4;
  private static final int FIRST_WITH_CLUSTERS = 90;

  private final CudaDevice device;
  private final CudaStream stream;
  private final cublasLtContext lt = new cublasLtContext();
  private final CacheDirectory cache = CacheDirectory.here();
  private final Map<String, String> facts = new LinkedHashMap<>();
  private @Nullable DeviceBuffer workspace;
  private @Nullable PinnedBuffer staging;
  private @Nullable cublasContext cublasHandle;

  /**
   * Opens the device; the CUDA libraries are loaded.
   *
   * @param libraryFacts where they were found
   */
  CudaEngine(EngineOptions options, Map<String, String> libraryFacts) {
    device = CudaDevice.open(options.device());
    boolean complete = false;
    try {
      stream = new CudaStream();
      CudaCheck.cublas(cublas.cublasLtCreate(lt), "cublasLtCreate");
      complete = true;
    } finally {
      if (!complete) {
        device.close();
      }
    }
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
    return List.of(GemmSupport.CUBLASLT, GemmSupport.CUBLAS);
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
    if (!facts.containsKey("library.nvrtc.path")) {
      throw new UnsupportedWorkException(
          "Kernels of our own need NVRTC (libnvrtc.so.13), which was not found.");
    }
    return NvrtcModule.load(device, cache, sourceName);
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
  public void checkSelf(Consumer<SelfTestRow> rows) {
    new CudaSelfTest(this, CudaSelfTest.Sizes.FULL).run(rows);
  }

  /** The device, for kernels of our own. */
  CudaDevice device() {
    return device;
  }

  /** The stream on which everything runs. */
  CudaStream stream() {
    return stream;
  }

  @Override
  public GemmWork gemm(GemmProblem problem, OperandSource source, GemmOptions options) {
    requireKnown("library", options.library(), libraries());
    requireKnown("algo", options.algorithm(), ALGORITHMS);
    requireKnown("cache", options.cache(), CACHES);
    requireKnown("launch", options.launch(), LAUNCHES);
    GemmSupport.check(problem, options.library(), device.computeCapability(), device.name());
    if (options.library().equals(GemmSupport.CUBLAS) && options.algorithm().equals("tuned")) {
      throw new UnsupportedWorkException(
          "cuBLAS picks its algorithms itself; algo=tuned is for library=cublaslt.");
    }
    device.makeCurrent();
    DeviceBuffer space = workspace();
    long free = device.freeBytes();
    long usable = free - Math.min(LARGEST_RESERVE, free / RESERVED_SHARE);
    OperandSets sets = OperandSets.plan(problem, options.cache(), device.l2Bytes(), usable);
    EncodedOperands encoded = new EncodedOperands(problem, source);
    GemmOperands operands = new GemmOperands(encoded, sets, staging(), stream);
    GemmCall call;
    try {
      call = plan(problem, encoded, operands, options, space);
    } catch (RuntimeException failure) {
      operands.close();
      throw failure;
    }
    return new CudaGemmWork(
        problem, device, stream, operands, call, options.launch(), factsOf(problem, options, sets));
  }

  private GemmCall plan(
      GemmProblem problem,
      EncodedOperands encoded,
      GemmOperands operands,
      GemmOptions options,
      DeviceBuffer space) {
    return options.library().equals(GemmSupport.CUBLAS)
        ? planCublas(problem, encoded, operands, space)
        : planCublasLt(problem, encoded, operands, options, space);
  }

  private GemmCall planCublas(
      GemmProblem problem, EncodedOperands encoded, GemmOperands operands, DeviceBuffer space) {
    CublasGemm gemm = new CublasGemm(cublas(space), problem, encoded.alpha(), operands);
    int code = gemm.tryLaunch(0);
    if (code != CudaCheck.SUCCESS) {
      gemm.close();
      if (code == cublas.CUBLAS_STATUS_NOT_SUPPORTED) {
        throw new UnsupportedWorkException(nothingFor("cuBLAS", problem));
      }
      CudaCheck.cublas(code, "cublasGemmEx");
    }
    return gemm;
  }

  private GemmCall planCublasLt(
      GemmProblem problem,
      EncodedOperands encoded,
      GemmOperands operands,
      GemmOptions options,
      DeviceBuffer space) {
    LtProblem lightProblem =
        new LtProblem(lt, problem, encoded.alpha(), operands.bias(), space.bytes());
    try {
      List<LtAlgorithm> candidates = lightProblem.candidates(CANDIDATES);
      if (candidates.isEmpty()) {
        throw new UnsupportedWorkException(nothingFor("cuBLASLt", problem));
      }
      CublasLtGemm gemm =
          new CublasLtGemm(lightProblem, candidates.get(0), operands, space.at(0), stream);
      if (options.algorithm().equals("tuned")) {
        tune(lightProblem, gemm, candidates, options);
      }
      return gemm;
    } catch (RuntimeException failure) {
      lightProblem.close();
      throw failure;
    }
  }

  private void tune(
      LtProblem lightProblem,
      CublasLtGemm gemm,
      List<LtAlgorithm> candidates,
      GemmOptions options) {
    Map<String, String> key = tuningKey(lightProblem, options);
    Optional<LtChoice> kept =
        LtChoice.load(cache, key).filter(choice -> lightProblem.accepts(choice.algorithm()));
    LtChoice choice;
    if (kept.isPresent()) {
      choice = kept.get();
      gemm.use(choice.algorithm());
    } else {
      boolean clusters = device.computeCapability() >= FIRST_WITH_CLUSTERS;
      choice =
          new LtTuner(lightProblem, gemm, stream, clusters, TUNING_SECONDS).tune(candidates, key);
      choice.save(cache);
    }
    Map<String, String> tuning = new LinkedHashMap<>();
    tuning.put("tuning.candidates", Integer.toString(choice.candidatesTimed()));
    tuning.put("tuning.first.seconds", Double.toString(choice.firstSeconds()));
    tuning.put("tuning.best.seconds", Double.toString(choice.bestSeconds()));
    tuning.put("tuning.source", kept.isPresent() ? "cache" : "timed");
    if (!cache.note().isEmpty()) {
      tuning.put("tuning.note", cache.note());
    }
    gemm.addFacts(tuning);
  }

  private Map<String, String> tuningKey(LtProblem lightProblem, GemmOptions options) {
    GemmProblem problem = lightProblem.problem();
    Map<String, String> key = new LinkedHashMap<>();
    for (String fact :
        List.of("device.name", "device.compute_capability", "driver.cuda", "library.cublaslt")) {
      key.put(fact, facts.getOrDefault(fact, ""));
    }
    key.put("driver.version", facts.getOrDefault("driver.version", ""));
    key.put("precision", problem.precision().name());
    key.put("epilogue", problem.epilogue().id());
    key.put("batch", Integer.toString(problem.shape().batch()));
    key.put("m", Integer.toString(problem.shape().m()));
    key.put("n", Integer.toString(problem.shape().n()));
    key.put("k", Integer.toString(problem.shape().k()));
    key.put("cache", options.cache());
    key.put("workspace.bytes", Long.toString(lightProblem.workspaceBytes()));
    return key;
  }

  private String nothingFor(String library, GemmProblem problem) {
    return library
        + " "
        + facts.get("library.cublaslt")
        + " has no algorithm for "
        + problem.precision()
        + " with batch="
        + problem.shape().batch()
        + ", M="
        + problem.shape().m()
        + ", N="
        + problem.shape().n()
        + ", K="
        + problem.shape().k()
        + ", epilogue="
        + problem.epilogue().id()
        + " on "
        + device.name()
        + ".";
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

  private static void requireKnown(String parameter, String value, List<String> known) {
    if (!known.contains(value)) {
      throw new IllegalArgumentException(
          parameter
              + "="
              + value
              + " is not known to the cuda engine; choose from "
              + String.join(", ", known)
              + ".");
    }
  }

  private cublasContext cublas(DeviceBuffer space) {
    if (cublasHandle == null) {
      cublasContext handle = new cublasContext();
      CudaCheck.cublas(cublas.cublasCreate_v2(handle), "cublasCreate");
      cublasHandle = handle;
      CudaCheck.cublas(cublas.cublasSetStream_v2(handle, stream.handle()), "cublasSetStream");
      CudaCheck.cublas(
          cublas.cublasSetWorkspace_v2(handle, space.at(0), space.bytes()), "cublasSetWorkspace");
    }
    return cublasHandle;
  }

  private PinnedBuffer staging() {
    if (staging == null) {
      staging = new PinnedBuffer(GemmOperands.STAGING_BYTES);
    }
    return staging;
  }

  private DeviceBuffer workspace() {
    if (workspace == null) {
      workspace =
          new DeviceBuffer(
              device.memoryBytes() >= LARGE_MEMORY ? LARGE_WORKSPACE : SMALL_WORKSPACE);
    }
    return workspace;
  }

  @Override
  public void close() {
    device.makeCurrent();
    try {
      if (cublasHandle != null) {
        cublasContext handle = cublasHandle;
        cublasHandle = null;
        CudaCheck.cublas(cublas.cublasDestroy_v2(handle), "cublasDestroy");
      }
      if (workspace != null) {
        workspace.close();
      }
      if (staging != null) {
        staging.close();
      }
      if (!lt.isNull()) {
        int code = cublas.cublasLtDestroy(lt);
        lt.setNull();
        CudaCheck.cublas(code, "cublasLtDestroy");
      }
      stream.close();
    } finally {
      device.close();
    }
  }
}
