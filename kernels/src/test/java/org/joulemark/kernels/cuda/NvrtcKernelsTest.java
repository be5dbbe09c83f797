package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.quant.ElementType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel source compiles for every architecture that CUDA 13 knows and we name. NVRTC comes
 * from {@code cuda-redist}, which only {@code -Pnvrtc} brings, and runs on a machine without a GPU;
 * JavaCPP's stubs ask for a driver's library, so an empty one is built where there is none. A
 * compilation uses one thread, so several run at a time.
 */
@Execution(ExecutionMode.CONCURRENT)
class NvrtcKernelsTest {
  private static final Path SOURCES = Path.of("src/main/resources/org/joulemark/kernels/cuda");
  private static final List<Integer> ARCHITECTURES = List.of(75, 80, 86, 89, 90, 100, 120);
  private static final int EVERY_HEAD_SIZE = 80;
  private static final String REDIST = "/org/bytedeco/cuda/linux-x86_64/";

  private static final boolean IS_HERE =
      NvrtcKernelsTest.class.getResource(REDIST + "libnvrtc.so.13") != null;

  @BeforeAll
  static void load(@TempDir Path folder) throws IOException, InterruptedException {
    if (!IS_HERE) {
      return;
    }
    loadDriverOrEmptyLibrary(folder);
    for (String library :
        List.of("libcudart.so.13", "libnvrtc-builtins.so.13.1", "libnvrtc.so.13")) {
      System.load(Loader.cacheResource(NvrtcKernelsTest.class, REDIST + library).getPath());
    }
  }

  private static void loadDriverOrEmptyLibrary(Path folder)
      throws IOException, InterruptedException {
    Path driver = CudaLibrarySearch.here().find("libcuda.so.1").orElse(null);
    if (driver == null) {
      Path source = Files.writeString(folder.resolve("empty.c"), "int empty_driver;\n");
      driver = folder.resolve("libcuda.so.1");
      int code =
          new ProcessBuilder(
                  "cc",
                  "-shared",
                  "-fPIC",
                  "-Wl,-soname,libcuda.so.1",
                  "-o",
                  driver.toString(),
                  source.toString())
              .inheritIO()
              .start()
              .waitFor();
      assertThat(code).isZero();
    }
    System.load(driver.toString());
  }

  private static void needsNvrtc() {
    Needs.that(IS_HERE, "NVRTC is not on the class path; -Pnvrtc brings it to compile the kernels");
  }

  static List<String> kernels() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(f -> f.endsWith(".cu"))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void compilesForEveryArchitecture(String kernel) {
    needsNvrtc();
    NvrtcCompiler.Source source = NvrtcCompiler.Source.of(kernel);
    List<String> entries = entries(source.text());
    assertThat(entries).isNotEmpty();
    for (int architecture : ARCHITECTURES) {
      for (List<String> macros : macros(source, architecture)) {
        byte[] cubin = NvrtcCompiler.compile(source, NvrtcCompiler.options(architecture, macros));
        String text = new String(cubin, StandardCharsets.ISO_8859_1);
        assertThat(text).startsWith("\u007fELF");
        for (String entry : entries) {
          assertThat(text).contains(".text." + entry);
        }
      }
    }
  }

  /**
   * Every storage format, and head sizes, where a source depends on them. No source chooses by both
   * architecture and head size, so one architecture sees every head size and the others two.
   */
  private static List<List<String>> macros(NvrtcCompiler.Source source, int architecture) {
    if (!source.headers().containsKey("element.cuh")) {
      return List.of(List.of());
    }
    List<List<String>> all = new ArrayList<>();
    for (ElementType type : List.of(ElementType.FP32, ElementType.FP16, ElementType.BF16)) {
      for (int headSize :
          !source.text().contains("HEAD_SIZE")
              ? new int[] {16}
              : architecture == EVERY_HEAD_SIZE
                  ? new int[] {16, 64, 80, 128}
                  : new int[] {16, 128}) {
        List<String> macros = new ArrayList<>(CudaKernels.macros(type));
        macros.add("HEAD_SIZE=" + headSize);
        all.add(macros);
      }
    }
    return all;
  }

  private static List<String> entries(String source) {
    List<String> names = new ArrayList<>();
    Matcher matcher = Pattern.compile("__global__ void (\\w+)\\(").matcher(source);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  @Test
  void includesNoToolkitHeader() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      assertThat(files.toList())
          .isNotEmpty()
          .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContain("#include <"));
    }
  }

  @Test
  void anErrorShowsTheCompilersLog() {
    needsNvrtc();
    NvrtcCompiler.Source wrong =
        new NvrtcCompiler.Source("wrong.cu", "__global__ void f() { x; }", Map.of());
    assertThatThrownBy(() -> NvrtcCompiler.compile(wrong, NvrtcCompiler.options(90)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("wrong.cu does not compile with --gpu-architecture=sm_90")
        .hasMessageContaining("identifier \"x\" is undefined");
  }
}
