package org.joulemark.kernels.cuda;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * A configured algorithm of cuBLASLt as plain numbers. The library documents the structure as
 * freely copyable, valid for one version of the library.
 *
 * @param words the structure's eight 64-bit words
 * @param workspaceBytes what it needs
 */
record LtAlgorithm(List<Long> words, long workspaceBytes) {
  /** 64-bit words in {@code cublasLtMatmulAlgo_t}. */
  static final int WORDS = 8;

  /** Checks the number of words. */
  LtAlgorithm {
    words = List.copyOf(words);
    if (words.size() != WORDS) {
      throw new IllegalArgumentException("an algorithm has " + WORDS + " words");
    }
  }

  /** What the structure holds now. */
  static LtAlgorithm copyOf(cublasLtMatmulAlgo_t algorithm, long workspaceBytes) {
    Long[] words = new Long[WORDS];
    for (int i = 0; i < WORDS; i++) {
      words[i] = algorithm.data(i);
    }
    return new LtAlgorithm(Arrays.asList(words), workspaceBytes);
  }

  /** A structure that the caller frees. */
  cublasLtMatmulAlgo_t toNative() {
    cublasLtMatmulAlgo_t algorithm = new cublasLtMatmulAlgo_t();
    for (int i = 0; i < WORDS; i++) {
      algorithm.data(i, words.get(i));
    }
    return algorithm;
  }

  /** The configuration by name; an attribute that the library does not tell is left out. */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    try (cublasLtMatmulAlgo_t algorithm = toNative()) {
      putInt(facts, "algorithm.id", algorithm, cublas.CUBLASLT_ALGO_CONFIG_ID);
      putInt(facts, "algorithm.tile", algorithm, cublas.CUBLASLT_ALGO_CONFIG_TILE_ID);
      putInt(facts, "algorithm.stages", algorithm, cublas.CUBLASLT_ALGO_CONFIG_STAGES_ID);
      putInt(facts, "algorithm.split_k", algorithm, cublas.CUBLASLT_ALGO_CONFIG_SPLITK_NUM);
      putInt(facts, "algorithm.reduction", algorithm, cublas.CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME);
      putInt(facts, "algorithm.swizzle", algorithm, cublas.CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING);
      putInt(facts, "algorithm.custom", algorithm, cublas.CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION);
      putShort(
          facts, "algorithm.inner_shape", algorithm, cublas.CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID);
      putShort(facts, "algorithm.cluster", algorithm, cublas.CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID);
    }
    facts.put("workspace.bytes", Long.toString(workspaceBytes));
    return facts;
  }

  private static void putInt(
      Map<String, String> facts, String key, cublasLtMatmulAlgo_t algorithm, int attribute) {
    try (IntPointer value = new IntPointer(1)) {
      value.put(0);
      if (read(algorithm, attribute, value, Integer.BYTES)) {
        facts.put(key, Integer.toString(value.get()));
      }
    }
  }

  private static void putShort(
      Map<String, String> facts, String key, cublasLtMatmulAlgo_t algorithm, int attribute) {
    try (ShortPointer value = new ShortPointer(1)) {
      value.put((short) 0);
      if (read(algorithm, attribute, value, Short.BYTES)) {
        facts.put(key, Integer.toString(value.get() & 0xffff));
      }
    }
  }

  private static boolean read(
      cublasLtMatmulAlgo_t algorithm, int attribute, Pointer value, int bytes) {
    try (SizeTPointer written = new SizeTPointer(1)) {
      return cublas.cublasLtMatmulAlgoConfigGetAttribute(
              algorithm, attribute, value, bytes, written)
          == cublas.CUBLAS_STATUS_SUCCESS;
    }
  }
}
