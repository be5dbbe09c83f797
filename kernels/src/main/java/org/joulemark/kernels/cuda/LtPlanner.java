package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;

/**
 * Plans products on cuBLASLt: describes them and chooses the algorithm, the library's first or the
 * fastest of many, which is kept on disk.
 */
final class LtPlanner {
  private static final int CANDIDATES = 64;
  private static final double TUNING_SECONDS = 4;
  private static final int FIRST_WITH_CLUSTERS = 90;

  private final CudaDevice device;
  private final CudaStream stream;
  private final cublasLtContext handle;
  private final CacheDirectory cache;
  private final DeviceBuffer workspace;
  private final Map<String, String> engineFacts;

  /**
   * For one engine.
   *
   * @param workspace shared by all products, which run one after another
   * @param engineFacts what a tuned choice depends on is taken from there
   */
  LtPlanner(
      CudaDevice device,
      CudaStream stream,
      cublasLtContext handle,
      CacheDirectory cache,
      DeviceBuffer workspace,
      Map<String, String> engineFacts) {
    this.device = device;
    this.stream = stream;
    this.handle = handle;
    this.cache = cache;
    this.workspace = workspace;
    this.engineFacts = engineFacts;
  }

  /**
   * Describes a product with what the problem's epilogue adds.
   *
   * @param alpha what the accumulator is multiplied by
   * @param bias read only under {@link Epilogue#BIAS}
   */
  LtProblem describe(GemmProblem problem, double alpha, Pointer bias) {
    return new LtProblem(handle, problem, alpha, bias, workspace.bytes());
  }

  /** Describes a product, whatever the problem's epilogue says. */
  LtProblem describe(GemmProblem problem, LtTerms terms) {
    return new LtProblem(handle, problem, terms, workspace.bytes());
  }

  /** Whether the library has an algorithm; the terms' pointers are not read. */
  boolean offers(GemmProblem problem, LtTerms terms) {
    try (LtProblem described = describe(problem, terms)) {
      return !described.candidates(1).isEmpty();
    }
  }

  /** The device's compute capability, ten times the major plus the minor number. */
  int computeCapability() {
    return device.computeCapability();
  }

  /** An address that can stand for any on the device where none is read. */
  Pointer somewhereOnTheDevice() {
    return workspace.at(0);
  }

  /**
   * Chooses the algorithm.
   *
   * @param problem is taken over: the result closes it, and it is closed if there is none
   * @param operands the sets of matrices that the product may be launched on
   * @param algorithm {@code heuristic} or {@code tuned}
   * @param cacheName whether the sets exceed the last-level cache ({@code rotating}) or not ({@code
   *     hot}), as far as the choice depends on it
   * @throws UnsupportedWorkException if the library has no algorithm
   */
  CublasLtGemm plan(
      LtProblem problem, List<LtOperands> operands, String algorithm, String cacheName) {
    try {
      List<LtAlgorithm> candidates = problem.candidates(CANDIDATES);
      if (candidates.isEmpty()) {
        throw new UnsupportedWorkException(nothingFor("cuBLASLt", problem.problem()));
      }
      CublasLtGemm gemm =
          new CublasLtGemm(problem, candidates.get(0), operands, workspace.at(0), stream);
      if (algorithm.equals("tuned")) {
        tune(problem, gemm, candidates, cacheName);
      }
      return gemm;
    } catch (RuntimeException failure) {
      problem.close();
      throw failure;
    }
  }

  /**
   * Goes on with an algorithm that was chosen for an equal product.
   *
   * @param problem is taken over
   */
  CublasLtGemm repeat(LtProblem problem, LtAlgorithm algorithm, LtOperands operands) {
    return new CublasLtGemm(problem, algorithm, List.of(operands), workspace.at(0), stream);
  }

  private void tune(
      LtProblem problem, CublasLtGemm gemm, List<LtAlgorithm> candidates, String cacheName) {
    Map<String, String> key = tuningKey(problem, cacheName);
    Optional<LtChoice> kept =
        LtChoice.load(cache, key).filter(choice -> problem.accepts(choice.algorithm()));
    LtChoice choice;
    if (kept.isPresent()) {
      choice = kept.get();
      gemm.use(choice.algorithm());
    } else {
      boolean clusters = device.computeCapability() >= FIRST_WITH_CLUSTERS;
      choice = new LtTuner(problem, gemm, stream, clusters, TUNING_SECONDS).tune(candidates, key);
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

  private Map<String, String> tuningKey(LtProblem described, String cacheName) {
    GemmProblem problem = described.problem();
    Map<String, String> key = new LinkedHashMap<>();
    for (String fact :
        List.of("device.name", "device.compute_capability", "driver.cuda", "library.cublaslt")) {
      key.put(fact, engineFacts.getOrDefault(fact, ""));
    }
    key.put("driver.version", engineFacts.getOrDefault("driver.version", ""));
    key.put("precision", problem.precision().name());
    key.put("epilogue", epilogue(described));
    key.put("batch", Integer.toString(problem.shape().batch()));
    key.put("m", Integer.toString(problem.shape().m()));
    key.put("n", Integer.toString(problem.shape().n()));
    key.put("k", Integer.toString(problem.shape().k()));
    if (described.terms().output() != problem.precision().output()) {
      key.put("output", described.terms().output().name());
    }
    if (described.terms().scalesRows()) {
      key.put("scales", "rows");
    }
    key.put("cache", cacheName);
    key.put("workspace.bytes", Long.toString(described.workspaceBytes()));
    return key;
  }

  private static String epilogue(LtProblem described) {
    boolean biased = described.terms().bias() != null;
    boolean adds = described.terms().adds();
    if (biased && adds) {
      return Epilogue.BIAS.id() + "+" + Epilogue.RESIDUAL.id();
    }
    Epilogue one = biased ? Epilogue.BIAS : adds ? Epilogue.RESIDUAL : Epilogue.NONE;
    return one.id();
  }

  /** One sentence: a library cannot do a problem. */
  String nothingFor(String library, GemmProblem problem) {
    return library
        + " "
        + engineFacts.get("library.cublaslt")
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
}
