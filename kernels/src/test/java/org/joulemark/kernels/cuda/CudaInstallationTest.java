package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.engine.Finding;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaInstallationTest {
  private static final List<String> LIBRARIES =
      List.of(
          "libcudart.so.13",
          "libcublas.so.13",
          "libcublasLt.so.13",
          "libnvrtc.so.13",
          "libcudnn.so.9",
          "libcudnn_graph.so.9",
          "libcudnn_ops.so.9",
          "libcudnn_cnn.so.9",
          "libcudnn_adv.so.9");

  private Path root;

  @BeforeEach
  void setUp(@TempDir Path temporary) {
    root = temporary;
  }

  private final Map<String, String> environment = new HashMap<>();

  private List<Finding> examine() {
    return new CudaInstallation(environment, root).examine();
  }

  private Finding finding(String subject) {
    return examine().stream().filter(f -> f.subject().equals(subject)).findFirst().orElseThrow();
  }

  private Path put(String file) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, "");
  }

  private void putDriverAndDevice() throws IOException {
    put("usr/lib/x86_64-linux-gnu/libcuda.so.1");
    put("dev/nvidia0");
    put("dev/nvidiactl");
  }

  private void putLibraries(String folder) throws IOException {
    for (String library : LIBRARIES) {
      put(folder + "/" + library);
    }
  }

  @Test
  void onAMachineWithoutCudaEveryMissingThingHasARemedy() {
    assertThat(examine())
        .hasSize(6)
        .allSatisfy(finding -> assertThat(finding.remedy()).isNotEmpty())
        .extracting(Finding::state)
        .containsExactly(
            Finding.State.MISSING,
            Finding.State.MISSING,
            Finding.State.MISSING,
            Finding.State.MISSING,
            Finding.State.ABSENT,
            Finding.State.ABSENT);
  }

  @Test
  void openingThereSaysWhatIsMissing() {
    EngineProvider provider = new CudaEngineProvider(new CudaInstallation(environment, root));
    assertThatThrownBy(() -> provider.open(EngineOptions.DEFAULT))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("libcuda.so.1")
        .hasMessageContaining("install NVIDIA's driver 580");
  }

  @Test
  void findsAToolkit() throws IOException {
    putDriverAndDevice();
    putLibraries("usr/local/cuda-13.0/targets/x86_64-linux/lib");
    assertThat(examine()).allMatch(finding -> finding.state() == Finding.State.OK);
    assertThat(finding("GPU").detail()).contains("nvidia0").doesNotContain("nvidiactl");
  }

  @Test
  void findsPipPackagesInAVirtualEnvironmentTogetherOrApart() throws IOException {
    putDriverAndDevice();
    Path venv = root.resolve("venv");
    environment.put("VIRTUAL_ENV", venv.toString());
    putLibraries("venv/lib/python3.12/site-packages/nvidia/cu13/lib");
    assertThat(examine()).allMatch(finding -> finding.state() == Finding.State.OK);

    Path other = root.resolve("other");
    environment.put("VIRTUAL_ENV", other.toString());
    String packages = "other/lib/python3.11/site-packages/nvidia/";
    put(packages + "cuda_runtime/lib/libcudart.so.13");
    put(packages + "cublas/lib/libcublas.so.13");
    put(packages + "cublas/lib/libcublasLt.so.13");
    assertThat(finding("cuBLAS").detail()).contains("other");
    assertThat(finding("NVRTC").state()).isEqualTo(Finding.State.ABSENT);
  }

  @Test
  void findsPipPackagesOfThePythonOnPath() throws IOException {
    putDriverAndDevice();
    put("pyenv/bin/python3");
    putLibraries("pyenv/lib/python3.11/site-packages/nvidia/cu13/lib");
    environment.put("PATH", ":relative:" + root.resolve("pyenv/bin"));
    assertThat(finding("cuBLAS").state()).isEqualTo(Finding.State.OK);
  }

  @Test
  void theUsersFoldersComeFirst() throws IOException {
    putDriverAndDevice();
    putLibraries("usr/local/cuda/lib64");
    putLibraries("mine");
    environment.put("LD_LIBRARY_PATH", root.resolve("mine") + ":");
    assertThat(finding("cuBLAS").detail()).startsWith(root.resolve("mine").toString());
    environment.remove("LD_LIBRARY_PATH");
    putLibraries("toolkit/lib64");
    environment.put("CUDA_HOME", root.resolve("toolkit").toString());
    assertThat(finding("cuBLAS").detail()).startsWith(root.resolve("toolkit").toString());
  }

  @Test
  void cublasAndCublasLtComeFromOneFolder() throws IOException {
    putDriverAndDevice();
    put("usr/lib64/libcublas.so.13");
    put("usr/local/cuda/lib64/libcublasLt.so.13");
    assertThat(finding("cuBLAS").state()).isEqualTo(Finding.State.MISSING);
  }

  @Test
  void namesAWrongMajorVersion() throws IOException {
    putDriverAndDevice();
    put("usr/local/cuda-12.9/lib64/libcublas.so.12");
    assertThat(finding("cuBLAS"))
        .satisfies(
            finding -> {
              assertThat(finding.state()).isEqualTo(Finding.State.MISSING);
              assertThat(finding.detail())
                  .contains("version 13 is needed")
                  .contains("libcublas.so.12");
            });
  }

  @Test
  void namesADriverThatIsTooOld() throws IOException {
    putDriverAndDevice();
    Path version = put("proc/driver/nvidia/version");
    Files.writeString(
        version,
        """
        NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024
        GCC version:  gcc version 12.2.0
        """);
    assertThat(finding("CUDA driver").state()).isEqualTo(Finding.State.MISSING);
    assertThat(finding("CUDA driver").detail()).contains("550.54.15");
    Files.writeString(
        version,
        """
        NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build
        GCC version:  gcc version 12.2.0
        """);
    assertThat(finding("CUDA driver").detail()).startsWith("580.95.05");
  }

  @Test
  void readsTheModelsOfTheGpus() throws IOException {
    putDriverAndDevice();
    Files.writeString(
        put("proc/driver/nvidia/gpus/0000:1b:00.0/information"),
        "Model: \t\t NVIDIA H200\nIRQ:   \t\t 100\n");
    assertThat(finding("GPU").detail()).isEqualTo("1: NVIDIA H200");
  }

  @Test
  void namesAVariableThatHidesEveryGpu() throws IOException {
    putDriverAndDevice();
    for (String nothing : List.of("", "-1", " ")) {
      environment.put("CUDA_VISIBLE_DEVICES", nothing);
      assertThat(finding("GPU").state()).isEqualTo(Finding.State.MISSING);
      assertThat(finding("GPU").remedy()).isEqualTo("unset CUDA_VISIBLE_DEVICES");
    }
    environment.put("CUDA_VISIBLE_DEVICES", "0");
    assertThat(finding("GPU").state()).isEqualTo(Finding.State.OK);
  }

  @Test
  void driverVersionsAreReadOnlyFromTheirLine() {
    assertThat(CudaInstallation.parseDriverVersion("")).isEmpty();
    assertThat(CudaInstallation.parseDriverVersion("GCC version: 580.1.1")).isEmpty();
    assertThat(CudaInstallation.parseDriverVersion("NVRM version: Module  575.51 x"))
        .contains("575.51");
  }
}
