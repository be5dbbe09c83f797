package org.joulemark.kernels.cuda;

import java.util.List;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.UnsupportedWorkException;

/** The values that options may have on this engine. */
final class CudaOptions {
  private static final List<String> LIBRARIES = List.of(GemmSupport.CUBLASLT, GemmSupport.CUBLAS);
  private static final List<String> ALGORITHMS = List.of("heuristic", "tuned");
  private static final List<String> CACHES = List.of("rotating", "hot");
  private static final List<String> LAUNCHES = List.of("stream", "graph");
  private static final List<String> ATTENTIONS =
      List.of(CudaAttention.AUTO, CudaAttention.OWN, CudaAttention.CUDNN, CudaAttention.PLAIN);

  private CudaOptions() {}

  /** GEMM libraries, the default first. */
  static List<String> libraries() {
    return LIBRARIES;
  }

  /**
   * Checks the options of a GEMM.
   *
   * @throws IllegalArgumentException naming the valid ones, for a value that is not known
   * @throws UnsupportedWorkException for values that exclude each other
   */
  static void check(GemmOptions options) {
    requireKnown("library", options.library(), LIBRARIES);
    requireKnown("algo", options.algorithm(), ALGORITHMS);
    requireKnown("cache", options.cache(), CACHES);
    requireKnown("launch", options.launch(), LAUNCHES);
    if (options.library().equals(GemmSupport.CUBLAS) && options.algorithm().equals("tuned")) {
      throw new UnsupportedWorkException(
          "cuBLAS picks its algorithms itself; algo=tuned is for library=cublaslt.");
    }
  }

  /**
   * Checks the options of a layer or a model.
   *
   * @throws IllegalArgumentException naming the valid ones, for a value that is not known
   */
  static void check(LayerOptions options) {
    requireKnown("library", options.library(), List.of(GemmSupport.CUBLASLT));
    requireKnown("algorithm", options.algorithm(), ALGORITHMS);
    requireKnown("attention", options.attention(), ATTENTIONS);
    requireKnown("launch", options.launch(), LAUNCHES);
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
}
