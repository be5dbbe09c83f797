package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.OperandDistribution;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;

/** The small rules: names of devices, what is supported, alignment, which algorithm wins. */
class CudaRulesTest {
  private static final List<String> UUIDS =
      List.of(
          "GPU-11111111-2222-3333-4444-555555555555", "GPU-1aaaaaaa-2222-3333-4444-555555555555");

  private static void check(Precision precision, int n, int k, int capability, String library) {
    GemmSupport.check(
        GemmProblem.of(new GemmShape("s", 1, 3, n, k), precision), library, capability, "GPU X");
  }

  @Test
  void devicesAreNamedByIndexUuidOrItsBeginning() {
    assertThat(CudaDevice.indexOf("1", UUIDS)).isEqualTo(1);
    assertThat(CudaDevice.indexOf(UUIDS.get(1), UUIDS)).isEqualTo(1);
    assertThat(CudaDevice.indexOf("gpu-11", UUIDS)).isZero();
    for (String wrong : List.of("2", "GPU-1", "GPU-9", "", "-1", "99999999999")) {
      assertThatThrownBy(() -> CudaDevice.indexOf(wrong, UUIDS))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("device=" + wrong + " is not known; choose from 0 (GPU-1111");
    }
    assertThatThrownBy(() -> CudaDevice.indexOf("0", List.of()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("sees no GPU");
  }

  @Test
  void uuidsAreWrittenAsNvmlWritesThem() {
    byte[] bytes = new byte[16];
    for (int i = 0; i < 16; i++) {
      bytes[i] = (byte) (0xf0 + i);
    }
    assertThat(CudaDevice.formatUuid(bytes)).isEqualTo("GPU-f0f1f2f3-f4f5-f6f7-f8f9-fafbfcfdfeff");
  }

  @Test
  void versionsAreReadFromCublasNumbers() {
    assertThat(CudaEngine.version(130101)).isEqualTo("13.1.1");
    assertThat(CudaEngine.version(120904)).isEqualTo("12.9.4");
  }

  @Test
  void formatsNeedTheirComputeCapability() {
    assertThatCode(() -> check(Precision.FP8_E4M3, 16, 16, 89, "cublaslt"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> check(Precision.FP8_E4M3, 16, 16, 86, "cublaslt"))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessage(
            "GPU X (compute capability 8.6) has no tensor cores for FP8_E4M3, which needs 8.9.");
    assertThatThrownBy(() -> check(Precision.BF16, 16, 16, 75, "cublaslt"))
        .isInstanceOf(UnsupportedWorkException.class);
    assertThatCode(() -> check(Precision.FP16, 7, 5, 75, "cublas")).doesNotThrowAnyException();
  }

  @Test
  void integerAndFp8SizesAreMultiples() {
    assertThatCode(() -> check(Precision.INT8, 4, 12, 90, "cublaslt")).doesNotThrowAnyException();
    assertThatThrownBy(() -> check(Precision.INT8, 4, 13, 90, "cublaslt"))
        .hasMessage("A GEMM in INT8 needs N and K to be multiples of 4; s has N=4, K=13.");
    assertThatThrownBy(() -> check(Precision.FP8_E5M2, 24, 32, 90, "cublaslt"))
        .hasMessageContaining("multiples of 16");
    assertThatCode(() -> check(Precision.FP32, 1, 1, 90, "cublaslt")).doesNotThrowAnyException();
  }

  @Test
  void cublasSaysWhatItLacks() {
    assertThatThrownBy(() -> check(Precision.INT8_OUT8, 4, 4, 90, "cublas"))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageContaining("library=cublaslt has");
    for (Epilogue epilogue : List.of(Epilogue.BIAS, Epilogue.RESIDUAL)) {
      GemmProblem problem =
          new GemmProblem(
              new GemmShape("s", 1, 4, 4, 4),
              Precision.FP16,
              OperandDistribution.NORMAL,
              epilogue,
              1);
      assertThatThrownBy(() -> GemmSupport.check(problem, "cublas", 90, "X"))
          .isInstanceOf(UnsupportedWorkException.class);
      assertThatCode(() -> GemmSupport.check(problem, "cublaslt", 90, "X"))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void matricesOfABatchAreAlignedAsTheirDistanceIs() {
    assertThat(LtProblem.alignment(1, 6)).isEqualTo(256);
    assertThat(LtProblem.alignment(2, 6)).isEqualTo(2);
    assertThat(LtProblem.alignment(2, 48)).isEqualTo(16);
    assertThat(LtProblem.alignment(9, 4096)).isEqualTo(256);
  }

  @Test
  void theFirstChoiceStaysUnlessAnotherIsTwoPerCentFaster() {
    assertThat(LtTuner.winner(new double[][] {{1, 1, 1}, {0.985, 0.985, 0.985}})).isZero();
    assertThat(LtTuner.winner(new double[][] {{1, 1, 1}, {0.97, 0.97, 0.97}})).isEqualTo(1);
    assertThat(LtTuner.winner(new double[][] {{1, 1, 1}, {0.9, 2, 2}, {0.95, 0.95, 5}}))
        .isEqualTo(2);
    assertThat(LtTuner.winner(new double[][] {{1, 1, 1}})).isZero();
  }

  @Test
  void errorsNameCallCodeTextAndRemedy() {
    assertThat(
            CudaCheck.message(
                "cuMemAlloc", 2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory", "use less"))
        .isEqualTo(
            "cuMemAlloc failed with code 2 (CUDA_ERROR_OUT_OF_MEMORY): out of memory; use less.");
    assertThat(CudaCheck.message("cuInit", 999, "", "", ""))
        .isEqualTo("cuInit failed with code 999.");
    assertThat(CudaCheck.driverRemedy(2)).contains("nvidia-smi");
    assertThat(CudaCheck.driverRemedy(700)).isEmpty();
  }
}
