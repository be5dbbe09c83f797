package org.joulemark.kernels.cuda;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.joulemark.kernels.quant.Precision;

/**
 * Algorithms of cuBLASLt beyond those that its heuristic names: first every neighbour of a named
 * one (one attribute changed), then configurations drawn from all algorithm ids. Only those that
 * the library's own check accepts.
 */
final class LtEnumeration {
  private static final int MOST_IDS = 512;
  private static final int FIRST_CLUSTER = cublas.CUBLASLT_CLUSTER_SHAPE_1x1x1;
  private static final int LAST_CLUSTER = cublas.CUBLASLT_CLUSTER_SHAPE_1x16x1;
  private static final List<Integer> SPLITS = List.of(1, 2, 3, 4, 6, 8);
  private static final int IN_PLACE_REDUCTION = 1;
  private static final int COMPUTE_TYPE_REDUCTION = 2;
  private static final int MOST_CUSTOM_OPTIONS = 32;
  private static final int TILE = cublas.CUBLASLT_ALGO_CONFIG_TILE_ID;
  // An attribute that is not drawn stays as the library sets it.
  private static final int KEPT_ONE_IN = 3;
  private static final int MOST_DRAWS = 100_000;
  private static final long SEED = 1;

  private final LtProblem problem;
  private final boolean clusters;
  private final Set<LtAlgorithm> found = new LinkedHashSet<>();

  /**
   * For a problem.
   *
   * @param clusters whether the GPU has thread block clusters (compute capability 9.0 and later)
   */
  LtEnumeration(LtProblem problem, boolean clusters) {
    this.problem = problem;
    this.clusters = clusters;
  }

  /**
   * Accepted algorithms that are not among {@code named}, in the order found.
   *
   * @param secondsToSearch stops after that time
   * @param most stops at that number
   */
  List<LtAlgorithm> beyond(List<LtAlgorithm> named, double secondsToSearch, int most) {
    long deadline = System.nanoTime() + (long) (secondsToSearch * 1e9);
    try (cublasLtMatmulHeuristicResult_t result = new cublasLtMatmulHeuristicResult_t()) {
      for (LtAlgorithm algorithm : named) {
        addNeighbours(algorithm, result, deadline, most);
      }
      addDrawn(result, deadline, most);
    }
    found.removeAll(Set.copyOf(named));
    return List.copyOf(found);
  }

  private void addNeighbours(
      LtAlgorithm origin, cublasLtMatmulHeuristicResult_t result, long deadline, int most) {
    Choices choices;
    try (cublasLtMatmulAlgo_t algorithm = origin.toNative()) {
      choices = choicesOf(algorithm);
    }
    for (Map.Entry<Integer, List<Integer>> entry : choices.values().entrySet()) {
      for (int value : entry.getValue()) {
        if (isOver(deadline, most)) {
          return;
        }
        try (cublasLtMatmulAlgo_t algorithm = origin.toNative()) {
          if (set(algorithm, entry.getKey(), value)) {
            addIfAccepted(algorithm, result);
          }
        }
      }
    }
  }

  private void addDrawn(cublasLtMatmulHeuristicResult_t result, long deadline, int most) {
    int[] ids = ids();
    Map<Integer, Choices> choicesById = new LinkedHashMap<>();
    for (int id : ids) {
      try (cublasLtMatmulAlgo_t algorithm = new cublasLtMatmulAlgo_t()) {
        if (init(id, algorithm)) {
          choicesById.put(id, choicesOf(algorithm));
        }
      }
    }
    List<Integer> usable = List.copyOf(choicesById.keySet());
    Random random = new Random(SEED);
    for (int draw = 0; draw < MOST_DRAWS && !usable.isEmpty() && !isOver(deadline, most); draw++) {
      int id = usable.get(random.nextInt(usable.size()));
      Choices choices = choicesById.get(id);
      try (cublasLtMatmulAlgo_t algorithm = new cublasLtMatmulAlgo_t()) {
        if (choices != null && init(id, algorithm) && choices.draw(random, algorithm)) {
          addIfAccepted(algorithm, result);
        }
      }
    }
  }

  private boolean isOver(long deadline, int most) {
    return found.size() >= most || System.nanoTime() - deadline > 0;
  }

  private void addIfAccepted(
      cublasLtMatmulAlgo_t algorithm, cublasLtMatmulHeuristicResult_t result) {
    if (problem.fits(algorithm, result)) {
      found.add(LtAlgorithm.copyOf(algorithm, result.workspaceSize()));
    }
  }

  private int[] ids() {
    Precision precision = problem.problem().precision();
    int output = CudaTypes.dataType(problem.terms().output());
    int[] ids = new int[MOST_IDS];
    int[] count = new int[1];
    int code =
        cublas.cublasLtMatmulAlgoGetIds(
            problem.handle(),
            CudaTypes.computeType(precision),
            CudaTypes.scaleType(precision),
            CudaTypes.dataType(precision.weight()),
            CudaTypes.dataType(precision.activation()),
            output,
            output,
            MOST_IDS,
            ids,
            count);
    return code == cublas.CUBLAS_STATUS_SUCCESS ? Arrays.copyOf(ids, count[0]) : new int[0];
  }

  private boolean init(int id, cublasLtMatmulAlgo_t algorithm) {
    Precision precision = problem.problem().precision();
    int output = CudaTypes.dataType(problem.terms().output());
    return cublas.cublasLtMatmulAlgoInit(
            problem.handle(),
            CudaTypes.computeType(precision),
            CudaTypes.scaleType(precision),
            CudaTypes.dataType(precision.weight()),
            CudaTypes.dataType(precision.activation()),
            output,
            output,
            id,
            algorithm)
        == cublas.CUBLAS_STATUS_SUCCESS;
  }

  /**
   * What an algorithm id allows.
   *
   * @param values allowed, by attribute; an attribute with none stays as it is
   * @param splits numbers of parts that K may be cut into, empty if it may not
   * @param reduction how those parts are summed
   */
  private record Choices(Map<Integer, List<Integer>> values, List<Integer> splits, int reduction) {

    /** Sets every attribute to a value drawn from those allowed; whether the library took them. */
    boolean draw(Random random, cublasLtMatmulAlgo_t algorithm) {
      for (Map.Entry<Integer, List<Integer>> entry : values.entrySet()) {
        int attribute = entry.getKey();
        boolean keep = attribute != TILE && random.nextInt(KEPT_ONE_IN) == 0;
        // Not every algorithm knows clusters, and no capability tells which one does.
        if (!keep
            && !set(algorithm, attribute, drawn(random, entry.getValue()))
            && attribute != cublas.CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID) {
          return false;
        }
      }
      int split = splits.isEmpty() ? 1 : drawn(random, splits);
      return split == 1
          || (set(algorithm, cublas.CUBLASLT_ALGO_CONFIG_SPLITK_NUM, split)
              && set(algorithm, cublas.CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME, reduction));
    }

    private static int drawn(Random random, List<Integer> from) {
      return from.get(random.nextInt(from.size()));
    }
  }

  private Choices choicesOf(cublasLtMatmulAlgo_t algorithm) {
    int mask = capability(algorithm, cublas.CUBLASLT_ALGO_CAP_REDUCTION_SCHEME_MASK);
    int reduction =
        (mask & COMPUTE_TYPE_REDUCTION) != 0 ? COMPUTE_TYPE_REDUCTION : mask & IN_PLACE_REDUCTION;
    boolean splits =
        reduction != 0 && capability(algorithm, cublas.CUBLASLT_ALGO_CAP_SPLITK_SUPPORT) != 0;
    int custom =
        Math.min(
            MOST_CUSTOM_OPTIONS,
            Math.max(0, capability(algorithm, cublas.CUBLASLT_ALGO_CAP_CUSTOM_OPTION_MAX)));
    boolean swizzles = capability(algorithm, cublas.CUBLASLT_ALGO_CAP_CTA_SWIZZLING_SUPPORT) != 0;
    Map<Integer, List<Integer>> values = new LinkedHashMap<>();
    if (clusters) {
      values.put(cublas.CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID, range(FIRST_CLUSTER, LAST_CLUSTER));
    }
    putUnlessEmpty(
        values,
        cublas.CUBLASLT_ALGO_CONFIG_TILE_ID,
        capabilities(algorithm, cublas.CUBLASLT_ALGO_CAP_TILE_IDS));
    putUnlessEmpty(
        values,
        cublas.CUBLASLT_ALGO_CONFIG_STAGES_ID,
        capabilities(algorithm, cublas.CUBLASLT_ALGO_CAP_STAGES_IDS));
    if (swizzles) {
      values.put(cublas.CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING, range(0, 1));
    }
    if (custom > 0) {
      values.put(cublas.CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION, range(0, custom));
    }
    return new Choices(values, splits ? SPLITS : List.of(), reduction);
  }

  private static void putUnlessEmpty(
      Map<Integer, List<Integer>> values, int attribute, List<Integer> allowed) {
    if (!allowed.isEmpty()) {
      values.put(attribute, allowed);
    }
  }

  private static List<Integer> range(int first, int last) {
    return IntStream.rangeClosed(first, last).boxed().toList();
  }

  /** One number; 0 where the library does not tell it. */
  private static int capability(cublasLtMatmulAlgo_t algorithm, int attribute) {
    try (IntPointer value = new IntPointer(1);
        SizeTPointer written = new SizeTPointer(1)) {
      value.put(0);
      int code =
          cublas.cublasLtMatmulAlgoCapGetAttribute(
              algorithm, attribute, value, Integer.BYTES, written);
      return code == cublas.CUBLAS_STATUS_SUCCESS ? value.get() : 0;
    }
  }

  /** A list of numbers; empty where the library does not tell it. */
  private static List<Integer> capabilities(cublasLtMatmulAlgo_t algorithm, int attribute) {
    try (SizeTPointer written = new SizeTPointer(1)) {
      int code =
          cublas.cublasLtMatmulAlgoCapGetAttribute(
              algorithm, attribute, (Pointer) null, 0, written);
      int count = (int) (written.get() / Integer.BYTES);
      if (code != cublas.CUBLAS_STATUS_SUCCESS || count == 0) {
        return List.of();
      }
      try (IntPointer values = new IntPointer(count)) {
        code =
            cublas.cublasLtMatmulAlgoCapGetAttribute(
                algorithm, attribute, values, (long) count * Integer.BYTES, written);
        if (code != cublas.CUBLAS_STATUS_SUCCESS) {
          return List.of();
        }
        int[] copy = new int[count];
        values.get(copy);
        return Arrays.stream(copy).boxed().toList();
      }
    }
  }

  private static boolean set(cublasLtMatmulAlgo_t algorithm, int attribute, int value) {
    if (attribute == cublas.CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID) {
      try (ShortPointer holder = new ShortPointer(new short[] {(short) value})) {
        return cublas.cublasLtMatmulAlgoConfigSetAttribute(
                algorithm, attribute, holder, Short.BYTES)
            == cublas.CUBLAS_STATUS_SUCCESS;
      }
    }
    try (IntPointer holder = new IntPointer(new int[] {value})) {
      return cublas.cublasLtMatmulAlgoConfigSetAttribute(
              algorithm, attribute, holder, Integer.BYTES)
          == cublas.CUBLAS_STATUS_SUCCESS;
    }
  }
}
