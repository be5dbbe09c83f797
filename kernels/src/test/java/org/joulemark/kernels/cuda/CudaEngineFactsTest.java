package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of how a layer is carried out. */
class CudaEngineFactsTest {
  @ParameterizedTest
  @CsvSource({"fp16, FP16", "int8-sym, FP16", "fp32, FP32", "kv-int8, INT8"})
  void saysWhatTheCacheHolds(String strategy, String cache) {
    LayerOptions options = new LayerOptions("cublaslt", "heuristic", "own", "stream");
    assertThat(CudaEngine.factsOf(options, Strategies.parse(strategy)))
        .containsEntry("kv.cache", cache);
  }
}
