package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.joulemark.kernels.model.PackedFolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole engine on stand-ins for CUDA's libraries, built from {@code src/test/c}: they compute
 * on the host what the descriptors ask for. Each run is a process of its own, with the libraries in
 * the usual places of an otherwise empty machine and nothing on the loader's path. The processes
 * use one thread each, so several are run at a time.
 */
@Execution(ExecutionMode.CONCURRENT)
class FakeGpuTest {
  private static final Path SOURCES = Path.of("src/test/c").toAbsolutePath();

  private static Path machine = Path.of("");

  private Path cache = Path.of("");

  @BeforeAll
  static void build(@TempDir Path root) throws IOException, InterruptedException {
    if (!isOnPath("cc")) {
      return;
    }
    machine = root;
    Path driver = root.resolve("usr/lib/x86_64-linux-gnu/libcuda.so.1");
    Path toolkit = root.resolve("usr/local/cuda-13.0/lib64");
    Files.createDirectories(driver.getParent());
    Files.createDirectories(toolkit);
    Files.createDirectories(root.resolve("dev"));
    Files.createFile(root.resolve("dev/nvidia0"));
    compile("fake_driver.c", driver, "-ldl");
    compile("fake_nvrtc.c", toolkit.resolve("libnvrtc.so.13"), "-DSHIM=\"" + SOURCES + "\"");
    compile("fake_cublas.c", toolkit.resolve("libcublasLt.so.13"), driver.toString(), "-lm");
    compile("fake_cublas.c", toolkit.resolve("libcublas.so.13"), driver.toString(), "-lm");
    compile("fake_cudart.c", toolkit.resolve("libcudart.so.13"));
  }

  @BeforeEach
  void setUp(@TempDir Path folder) {
    Needs.that(
        isOnPath("cc"), "no C compiler (cc) is here to build the stand-ins for CUDA's libraries");
    cache = folder;
  }

  private static boolean isOnPath(String program) {
    for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private static void compile(String source, Path library, String... more)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC"));
    command.add("-Wl,-soname," + library.getFileName());
    command.addAll(List.of("-o", library.toString(), SOURCES.resolve(source).toString()));
    command.addAll(List.of(more));
    assertThat(run(command, Map.of()).output).isEmpty();
  }

  private record Ended(int code, List<String> output) {}

  private static Ended run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("CUDA_"));
    builder.environment().remove("LD_LIBRARY_PATH");
    builder.environment().putAll(environment);
    Process process = builder.start();
    List<String> output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return new Ended(process.exitValue(), output);
  }

  private Ended java(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                FakeGpuMain.class.getName(),
                machine.toString()));
    command.addAll(List.of(arguments));
    Map<String, String> all = new HashMap<>(environment);
    all.put("XDG_CACHE_HOME", cache.toString());
    return run(command, all);
  }

  @Test
  void theSelfTestHolds() throws IOException, InterruptedException {
    Ended ended = java(Map.of("FAKE_CUDA_FREE_BYTES", "420000000"), "0", "selftest");
    assertThat(ended.output).filteredOn(row -> row.startsWith("FAILED")).isEmpty();
    assertThat(ended.code).as(String.join("\n", ended.output)).isZero();
    assertThat(ended.output)
        .filteredOn(row -> row.startsWith("PASSED"))
        .hasSizeGreaterThan(100)
        .anyMatch(row -> row.contains("FP8_E5M2"))
        .anyMatch(row -> row.contains("INT8_OUT8"))
        .anyMatch(row -> row.contains("BF16") && row.contains("bias"))
        .anyMatch(row -> row.contains("FP32") && row.contains("residual"))
        .anyMatch(row -> row.contains("graph"))
        .anyMatch(row -> row.contains("kernel read"))
        .anyMatch(row -> row.contains("kernel write"))
        .anyMatch(row -> row.contains("kernel copy"))
        .anyMatch(row -> row.contains("tuned"))
        .anyMatch(row -> row.contains("machinery graph_replay"))
        .anyMatch(row -> row.contains("NaN"));
    assertThat(ended.output)
        .anyMatch(row -> row.startsWith("UNSUPPORTED\tceiling read") && row.contains("free"));
  }

  @Test
  void layersEqualTheReference() throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    Ended ended = java(Map.of(), "0", "layers");
    assertThat(ended.output).filteredOn(row -> !row.startsWith("PASSED")).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.output)
        .hasSizeGreaterThan(120)
        .anyMatch(row -> row.contains("bloom") && row.contains("BF16") && row.contains("decode"))
        .anyMatch(row -> row.contains("mistral") && row.contains("FP16") && row.contains("graph"))
        .anyMatch(row -> row.contains("prefilled"));
  }

  @Test
  void quantizedLayersEqualTheirDefinitions() throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    Ended ended = java(Map.of(), "0", "quantized");
    assertThat(ended.output).filteredOn(row -> !row.startsWith("PASSED")).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.output)
        .hasSizeGreaterThan(100)
        .anyMatch(row -> row.contains("codes asym of BF16, a given scale"))
        .anyMatch(row -> row.contains("bloom") && row.contains(" fp8 ") && row.contains("decode"))
        .anyMatch(
            row -> row.contains("mistral") && row.contains("int8-asym") && row.contains("graph"))
        .anyMatch(row -> row.contains("smoothquant"))
        .anyMatch(row -> row.contains("fp8/per-tensor"))
        .anyMatch(row -> row.contains("fp8 NaN"));
  }

  @Test
  void layersOfCodesEqualTheirDefinition() throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    Ended ended = java(Map.of(), "0", "weight-only");
    assertThat(ended.output).filteredOn(row -> !row.startsWith("PASSED")).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.output)
        .hasSize(90)
        .anyMatch(row -> row.contains("bloom-3-3-80 w4a16 decode batch=9"));
  }

  @Test
  void theDeviceDecidesHowEachPartRuns() throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    Ended ended = java(Map.of(), "0", "dynamic");
    assertThat(ended.output).filteredOn(row -> !row.startsWith("PASSED")).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.output)
        .hasSize(16)
        .anyMatch(row -> row.contains("each call counted once"))
        .anyMatch(row -> row.contains("in INT8 nothing"))
        .anyMatch(row -> row.contains("in INT8 o\t"))
        .anyMatch(row -> row.contains("in INT8 down, gate_up, o, qkv"));
  }

  @Test
  void linearPartsByThemselvesEqualTheirDefinitions() throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    Ended ended = java(Map.of(), "0", "linear");
    assertThat(ended.output).filteredOn(row -> !row.startsWith("PASSED")).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.output)
        .hasSize(13 * 9)
        .anyMatch(row -> row.contains("llm-int8/2.0 qwen2") && row.contains("down tokens=37"))
        .anyMatch(row -> row.contains("dynamic bloom") && row.contains("/up tokens=37 graph"));
  }

  @Test
  void cachesOfCodesEqualTheirDefinition() throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    Ended ended = java(Map.of(), "0", "kv-int8");
    assertThat(ended.output).filteredOn(row -> !row.startsWith("PASSED")).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.output)
        .hasSizeGreaterThan(100)
        .anyMatch(row -> row.contains("bloom-3-3-80 kv-int8/bf16 decode"))
        .anyMatch(row -> row.contains("kv-int8 decode") && row.contains("length=1000"))
        .anyMatch(row -> row.contains("prefilled sharply"))
        .anyMatch(row -> row.contains("graph"))
        .anyMatch(row -> row.contains("keys and values hold NaN"))
        .anyMatch(row -> row.contains("model in pieces, plain"));
  }

  @Test
  void layersThatSeparateOutliersEqualTheirDefinition() throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    Ended ended = java(Map.of(), "0", "outliers");
    assertThat(ended.output).filteredOn(row -> !row.startsWith("PASSED")).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.output)
        .hasSize(48)
        .anyMatch(row -> row.contains("0 outlier columns"))
        .anyMatch(row -> row.contains("3 outlier columns") && row.contains("graph"))
        .anyMatch(row -> row.contains("128 outlier columns") && row.contains("bloom"))
        .anyMatch(row -> row.contains("NaN"));
  }

  @Test
  void storedCodesAreTheOnesThatAreMultiplied(@TempDir Path checkpoints)
      throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    for (String format : List.of("gptq", "awq")) {
      new PackedFolder(format, 128, false).write(checkpoints.resolve(format));
    }
    Ended ended = java(Map.of(), "0", "stored-codes", checkpoints.toString());
    assertThat(ended.output).as(String.join("\n", ended.output)).hasSize(4);
    for (String format : List.of("gptq", "awq")) {
      assertThat(ended.output)
          .anyMatch(row -> row.startsWith("PASSED\t" + format + " as stored"))
          .anyMatch(row -> row.startsWith("FAILED\t" + format + " quantized again"));
    }
  }

  @Test
  void modelsEqualTheReferenceAndTransformers() throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    Ended ended = java(Map.of(), "0", "models");
    assertThat(ended.output).filteredOn(row -> !row.startsWith("PASSED")).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.output)
        .anyMatch(row -> row.contains("golden tiny-bloom BF16"))
        .anyMatch(row -> row.contains("golden tiny-mistral-swa FP32"))
        .anyMatch(row -> row.contains("works of a model") && row.contains("graph"));
  }

  @Test
  void withoutCudnnItsAttentionIsUnsupportedAndNothingElse()
      throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    assertThat(java(Map.of(), "0", "layer", "FP16", "cudnn").output)
        .containsExactly(
            "UnsupportedWorkException\tattention=cudnn needs cuDNN 9 (libcudnn.so.9 and the"
                + " libraries beside it), which was not found; put its folder on LD_LIBRARY_PATH,"
                + " or choose attention=own.");
    assertThat(java(Map.of(), "0", "layer", "FP32", "cudnn").output)
        .containsExactly(
            "UnsupportedWorkException\tattention=cudnn is for FP16 and BF16; FP32 is for"
                + " attention=own.");
    for (String attention : List.of("own", "auto")) {
      assertThat(java(Map.of(), "0", "layer", "FP16", attention).output).contains("attention\town");
    }
  }

  @Test
  void attentionIsTimedWhereItsTokensStand() throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    assertThat(java(Map.of(), "0", "trial").output)
        .containsExactly("operations\t3.0", "timed\ttrue");
  }

  @Test
  void cudnnTakesTheGraphsForAGpuThatIsNotHere() throws IOException, InterruptedException {
    Path folder =
        CudaLibrarySearch.here()
            .find("libcudnn_graph.so.9")
            .map(Path::getParent)
            .orElse(Path.of(""));
    Needs.that(
        !folder.equals(Path.of("")),
        "no cuDNN 9 is here to plan attention; name its folder in LD_LIBRARY_PATH");
    String properties = Files.readString(SOURCES.resolve("h200.json")).strip();
    Ended ended = java(Map.of("LD_LIBRARY_PATH", folder.toString()), "0", "cudnn", properties);
    assertThat(ended.output).first().asString().startsWith("cudnn\t9.");
    assertThat(ended.output.subList(1, ended.output.size()))
        .hasSize(18)
        .allMatch(row -> row.startsWith("PASSED"));
  }

  @Test
  void trainingEqualsItsDefinition() throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    Ended ended = java(Map.of(), "0", "training");
    assertThat(ended.output).filteredOn(row -> !row.startsWith("PASSED")).isEmpty();
    assertThat(ended.code).isZero();
    assertThat(ended.output)
        .hasSize(11)
        .anyMatch(row -> row.contains("factors"))
        .anyMatch(row -> row.contains("training steps bloom"))
        .anyMatch(row -> row.contains("training overflow"));
  }

  @Test
  void theCoveringChecksLaunchEachOfOurKernels(@TempDir Path notes)
      throws IOException, InterruptedException {
    Needs.that(isOnPath("c++"), "no C++ compiler (c++) is here to build our kernels for the host");
    Path launches = notes.resolve("launches");
    Ended ended =
        java(
            Map.of("FAKE_CUDA_LAUNCHES", launches.toString()),
            "0",
            "covering",
            launches.toString());
    assertThat(ended.code).as(String.join("\n", ended.output)).isZero();
    List<String> passed = new ArrayList<>();
    Set<String> launched = new TreeSet<>();
    for (String line : ended.output) {
      String[] fields = line.split("\t", -1);
      if (fields[0].equals("LAUNCHED")) {
        launched.add(fields[1]);
      } else {
        assertThat(fields[0]).as(line).isEqualTo("PASSED");
        passed.add(fields[1]);
      }
    }
    assertThat(passed)
        .as("every name in covering.txt is a check's")
        .containsExactlyInAnyOrderElementsOf(CoveringChecks.names());
    Set<String> kernels = KernelNames.all();
    // It reads and writes nothing; what launches it counts the time of ten thousands of launches.
    kernels.remove("empty");
    assertThat(launched)
        .as("covering.txt has a check that launches each kernel; add one for a kernel that is new")
        .containsAll(kernels);
  }

  @Test
  void aTunedChoiceIsKeptOnDisk() throws IOException, InterruptedException {
    Ended first = java(Map.of(), "0", "gemm", "64", "tuned");
    assertThat(first.output)
        .contains("tuning.source\ttimed")
        .anyMatch(line -> line.startsWith("algorithm.id\t1"))
        .anyMatch(line -> line.startsWith("algorithm.tile\t"))
        .anyMatch(line -> line.startsWith("algorithm.cluster\t"))
        .anyMatch(line -> line.startsWith("workspace.bytes\t"));
    Ended second = java(Map.of(), "0", "gemm", "64", "tuned");
    assertThat(second.output).contains("tuning.source\tcache");
    assertThat(second.output)
        .filteredOn(line -> line.startsWith("algorithm."))
        .isEqualTo(first.output.stream().filter(line -> line.startsWith("algorithm.")).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "cublasLtCreate",
        "cublasLtDestroy",
        "cublasLtMatmulDescSetAttribute",
        "cublasLtMatrixLayoutCreate",
        "cuGraphInstantiate",
        "cuGraphUpload"
      })
  void nothingIsLeftBehindWhereACallFails(String failing, @TempDir Path notes)
      throws IOException, InterruptedException {
    Path left = notes.resolve("left");
    Ended ended =
        java(Map.of("FAKE_CUDA_FAIL", failing, "FAKE_CUDA_LEFT", left.toString()), "0", "graph");
    if (failing.isEmpty()) {
      assertThat(ended.code).isZero();
    } else {
      assertThat(ended.output).last().asString().startsWith("EngineException\t" + failing);
    }
    assertThat(left).hasContent("0");
  }

  @Test
  void theDeviceAndItsLibrariesAreNamed() throws IOException, InterruptedException {
    Ended ended =
        java(Map.of("FAKE_CUDA_DEVICES", "2"), "GPU-11111111-1111-1111-1111-111111111111", "facts");
    assertThat(ended.code).isZero();
    assertThat(ended.output)
        .contains(
            "device.name\tFake GPU 1",
            "device.uuid\tGPU-11111111-1111-1111-1111-111111111111",
            "device.pci\t0000:02:00.0",
            "device.compute_capability\t9.0",
            "library.cublaslt\t13.1.0",
            "library.cublaslt.path\t"
                + machine.resolve("usr/local/cuda-13.0/lib64/libcublasLt.so.13"));
  }

  @Test
  void aWrongDeviceIsOneSentenceWithTheChoices() throws IOException, InterruptedException {
    Ended ended = java(Map.of(), "3", "facts");
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.output)
        .containsExactly(
            "EngineException\tdevice=3 is not known; choose from 0"
                + " (GPU-10101010-1010-1010-1010-101010101010).");
  }

  @Test
  void noDeviceAndAnOldDriverAreOneSentenceEach() throws IOException, InterruptedException {
    assertThat(java(Map.of("FAKE_CUDA_DEVICES", "0"), "0", "facts").output)
        .containsExactly(
            "EngineException\tThe driver sees no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES.");
    assertThat(java(Map.of("FAKE_CUDA_DRIVER", "12090"), "0", "facts").output)
        .containsExactly(
            "EngineException\tThe NVIDIA driver offers CUDA 12.9 but the CUDA 13 libraries need"
                + " 13.0; update the driver to 580 or newer.");
  }

  @Test
  void whatDoesNotFitIsOneSentence() throws IOException, InterruptedException {
    Ended ended =
        java(Map.of("FAKE_CUDA_FREE_BYTES", "400000000"), "0", "gemm", "8192", "heuristic");
    assertThat(ended.output)
        .containsExactly(
            "UnsupportedWorkException\tsquare-8192 in FP32 needs 0.8 GB of GPU memory, 0.1 GB are"
                + " free.");
    assertThat(java(Map.of(), "0", "too-large").output)
        .containsExactly(
            "UnsupportedWorkException\tThe output would be 2,147,483,648 numbers, and an array"
                + " holds at most 2,147,483,639; choose a smaller batch or fewer tokens.");
    // Not even the workspace fits.
    assertThat(
            java(Map.of("FAKE_CUDA_FREE_BYTES", "1000000"), "0", "gemm", "64", "heuristic").output)
        .containsExactly(
            "EngineException\tcuMemAlloc of 268435456 B failed with code 2"
                + " (CUDA_ERROR_OUT_OF_MEMORY): out of memory; close other programs that use the"
                + " GPU (nvidia-smi lists them) or choose a smaller shape.");
  }
}
