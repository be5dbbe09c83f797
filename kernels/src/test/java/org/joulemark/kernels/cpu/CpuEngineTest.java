package org.joulemark.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.engine.Finding;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.GemmVerification;
import org.joulemark.kernels.gemm.GemmVerifier;
import org.joulemark.kernels.gemm.OperandDistribution;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.gemm.SeededOperands;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** oneDNN on this machine's CPU against the FP64 reference, and what it says when it cannot. */
class CpuEngineTest {
  private static final CpuEngineProvider PROVIDER = new CpuEngineProvider();
  private static final GemmOptions HEURISTIC =
      new GemmOptions("onednn", "heuristic", "hot", "direct");
  private static final GemmOptions TUNED = new GemmOptions("onednn", "tuned", "hot", "direct");

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = PROVIDER.open(EngineOptions.DEFAULT);
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static GemmProblem problem(
      Precision precision, int batch, int m, int n, int k, Epilogue epilogue) {
    return new GemmProblem(
        new GemmShape("test", batch, m, n, k),
        precision,
        OperandDistribution.NORMAL,
        epilogue,
        GemmProblem.DEFAULT_SEED);
  }

  private static GemmVerification runAndVerify(Engine on, GemmProblem problem) {
    SeededOperands source = new SeededOperands(problem);
    try (GemmWork work = on.gemm(problem, source, HEURISTIC)) {
      work.poisonOutput();
      work.submit();
      work.drain();
      return new GemmVerifier().verify(problem, source, work);
    }
  }

  static Stream<Arguments> supportedCases() {
    SplittableRandom random = new SplittableRandom(3);
    List<int[]> shapes = new ArrayList<>();
    // batch, M, N, K
    Collections.addAll(
        shapes,
        new int[] {1, 1, 1, 1},
        new int[] {1, 1, 257, 129},
        new int[] {1, 33, 1, 65},
        new int[] {1, 31, 29, 1},
        new int[] {3, 17, 19, 23},
        new int[] {3, 1, 64, 64},
        new int[] {1, 128, 128, 128},
        new int[] {1, 7, 500, 1031});
    for (int i = 0; i < 6; i++) {
      shapes.add(
          new int[] {
            random.nextInt(1, 4),
            2 * random.nextInt(60) + 1,
            2 * random.nextInt(60) + 1,
            2 * random.nextInt(300) + 1
          });
    }
    List<Arguments> cases = new ArrayList<>();
    for (Precision precision :
        List.of(
            Precision.FP32, Precision.FP16, Precision.BF16, Precision.INT8, Precision.INT8_OUT8)) {
      for (Epilogue epilogue : Epilogue.values()) {
        if (epilogue == Epilogue.NONE || !precision.isInteger()) {
          for (int[] s : shapes) {
            cases.add(Arguments.of(precision, epilogue, s[0], s[1], s[2], s[3]));
          }
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0} {1} batch {2}, {3} x {4} x {5}")
  @MethodSource("supportedCases")
  void resultsAreRight(Precision precision, Epilogue epilogue, int batch, int m, int n, int k) {
    Needs.precision(precision);
    GemmVerification verification =
        runAndVerify(engine, problem(precision, batch, m, n, k, epilogue));
    assertThat(verification.passed()).as(verification.message()).isTrue();
    assertThat(verification.fidelity()).isGreaterThan(precision.isInteger() ? 0.9 : 0.99);
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "FP16", "BF16"})
  void nanInAnOperandIsFound(Precision precision) {
    Needs.precision(precision);
    GemmProblem problem = problem(precision, 1, 20, 30, 40, Epilogue.NONE);
    SeededOperands seeded = new SeededOperands(problem);
    OperandSource withNan = new NanIn(seeded);
    try (GemmWork work = engine.gemm(problem, withNan, HEURISTIC)) {
      work.submit();
      work.drain();
      assertThat(new GemmVerifier().verify(problem, withNan, work).passed()).isFalse();
    }
  }

  private record NanIn(OperandSource source) implements OperandSource {
    @Override
    public void activationRow(int batch, int row, float[] into) {
      source.activationRow(batch, row, into);
      if (row == 3) {
        into[5] = Float.NaN;
      }
    }

    @Override
    public void weightRow(int batch, int row, float[] into) {
      source.weightRow(batch, row, into);
    }

    @Override
    public void bias(int batch, float[] into) {
      source.bias(batch, into);
    }

    @Override
    public void residualRow(int batch, int row, float[] into) {
      source.residualRow(batch, row, into);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "FP16", "BF16", "INT8", "INT8_OUT8"})
  void aPoisonedOutputDoesNotPass(Precision precision) {
    Needs.precision(precision);
    GemmProblem problem = problem(precision, 2, 5, 6, 70, Epilogue.NONE);
    SeededOperands source = new SeededOperands(problem);
    try (GemmWork work = engine.gemm(problem, source, HEURISTIC)) {
      work.submit();
      assertThat(new GemmVerifier().verify(problem, source, work).passed()).isTrue();
      work.poisonOutput();
      assertThat(new GemmVerifier().verify(problem, source, work).passed()).isFalse();
      work.submit();
      assertThat(new GemmVerifier().verify(problem, source, work).passed()).isTrue();
    }
  }

  @Test
  void whatNoCpuHasIsUnsupportedWithASentence() {
    for (Precision precision :
        List.of(Precision.TF32, Precision.FP16_ACC16, Precision.FP8_E4M3, Precision.FP8_E5M2)) {
      assertUnsupported(engine, precision, precision.name());
    }
  }

  @Test
  void missingCpuFeaturesAreUnsupportedWithASentence() {
    try (Engine avx2 = new CpuEngine(EngineOptions.DEFAULT, new CpuIsa(dnnl.dnnl_cpu_isa_avx2))) {
      assertUnsupported(avx2, Precision.BF16, "BF16 needs AVX512-BF16, which this CPU lacks.");
      assertUnsupported(avx2, Precision.FP16, "FP16 needs AVX512-FP16, which this CPU lacks.");
      assertUnsupported(avx2, Precision.INT8, "INT8 needs VNNI, which this CPU lacks.");
      assertThat(avx2.facts()).containsEntry("cpu.isa", "avx2");
    }
    CpuIsa iceLake = new CpuIsa(dnnl.dnnl_cpu_isa_avx512_core_vnni);
    assertThat(iceLake.id()).isEqualTo("avx512_core_vnni");
    assertThat(iceLake.whyNot(Precision.INT8)).isEmpty();
    assertThat(iceLake.whyNot(Precision.INT8_OUT8)).isEmpty();
    assertThat(iceLake.whyNot(Precision.BF16)).isPresent();
    CpuIsa alderLake = new CpuIsa(dnnl.dnnl_cpu_isa_avx2_vnni);
    assertThat(alderLake.whyNot(Precision.INT8)).isEmpty();
    CpuIsa sapphireRapids = new CpuIsa(dnnl.dnnl_cpu_isa_avx512_core_amx);
    assertThat(sapphireRapids.whyNot(Precision.FP16)).isEmpty();
    assertThat(sapphireRapids.whyNot(Precision.BF16)).isEmpty();
  }

  private static void assertUnsupported(Engine on, Precision precision, String sentence) {
    GemmProblem problem = problem(precision, 1, 4, 4, 4, Epilogue.NONE);
    assertThatThrownBy(() -> on.gemm(problem, new SeededOperands(problem), HEURISTIC))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageContaining(sentence)
        .hasMessageEndingWith(".");
  }

  @Test
  void anIntegerResultHasNoEpilogue() {
    Needs.precision(Precision.INT8);
    GemmProblem problem = problem(Precision.INT8, 1, 4, 4, 4, Epilogue.RESIDUAL);
    assertThatThrownBy(() -> engine.gemm(problem, new SeededOperands(problem), HEURISTIC))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageContaining("INT8 has no epilogue residual");
  }

  @Test
  void optionsOfOtherEnginesAreRefusedWithASentence() {
    GemmProblem problem = problem(Precision.FP32, 1, 4, 4, 4, Epilogue.NONE);
    SeededOperands source = new SeededOperands(problem);
    assertThatThrownBy(
            () ->
                engine.gemm(
                    problem, source, new GemmOptions("cublas", "heuristic", "hot", "direct")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("library=cublas is not known to the cpu engine; choose from onednn.");
    for (GemmOptions options :
        List.of(
            new GemmOptions("onednn", "heuristic", "rotating", "direct"),
            new GemmOptions("onednn", "heuristic", "hot", "graph"))) {
      assertThatThrownBy(() -> engine.gemm(problem, source, options))
          .isInstanceOf(UnsupportedWorkException.class)
          .hasMessageContaining("is not offered by the cpu engine");
    }
  }

  @Test
  void tunedComparesWhatTheHeuristicChoosesFrom() {
    GemmProblem problem = problem(Precision.FP32, 1, 200, 300, 400, Epilogue.BIAS);
    SeededOperands source = new SeededOperands(problem);
    String firstChoice;
    try (GemmWork heuristic = engine.gemm(problem, source, HEURISTIC)) {
      firstChoice = heuristic.facts().get("algorithm");
      assertThat(heuristic.facts()).doesNotContainKey("algorithm.candidates");
    }
    try (GemmWork tuned =
        engine.gemm(problem, source, new GemmOptions("onednn", "tuned", "hot", "direct"))) {
      tuned.submit();
      GemmVerification verification = new GemmVerifier().verify(problem, source, tuned);
      assertThat(verification.passed()).as(verification.message()).isTrue();
      String chosen = tuned.facts().get("algorithm");
      assertThat(tuned.facts().getOrDefault("algorithm.candidates", chosen))
          .startsWith(firstChoice)
          .contains(chosen);
    }
    assertThatThrownBy(
            () ->
                engine.gemm(problem, source, new GemmOptions("onednn", "fastest", "hot", "direct")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("algo=fastest is not known to the cpu engine; choose from heuristic, tuned.");
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "FP16", "BF16", "INT8", "INT8_OUT8"})
  void tunedResultsAreRightToo(Precision precision) {
    Needs.precision(precision);
    for (int size : new int[] {1, 33, 160}) {
      GemmProblem problem = problem(precision, 2, size, size + 2, 3 * size, Epilogue.NONE);
      SeededOperands source = new SeededOperands(problem);
      try (GemmWork work = engine.gemm(problem, source, TUNED)) {
        work.poisonOutput();
        work.submit();
        GemmVerification verification = new GemmVerifier().verify(problem, source, work);
        assertThat(verification.passed()).as(verification.message()).isTrue();
      }
    }
  }

  @Test
  void badEngineOptionsAreRefusedWithASentence() {
    assertThatThrownBy(() -> PROVIDER.open(new EngineOptions("1", 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("only device 0");
    assertThatThrownBy(() -> PROVIDER.open(new EngineOptions("0", -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads=-1");
  }

  @Test
  void isFoundAsAServiceAndExamined() {
    assertThat(ServiceLoader.load(EngineProvider.class))
        .anySatisfy(provider -> assertThat(provider).isInstanceOf(CpuEngineProvider.class));
    assertThat(PROVIDER.name()).isEqualTo("cpu");
    assertThat(PROVIDER.gemmDefaults("auto")).isEqualTo(TUNED);
    assertThat(engine.energyDomain()).isEqualTo("cpu");
    assertThat(PROVIDER.examine())
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(finding.state()).isEqualTo(Finding.State.OK));
  }

  @Test
  void saysWhenItsNativesAreNotInThisBuild() {
    CpuEngineProvider elsewhere = new CpuEngineProvider("plan9-mips");
    assertThat(elsewhere.examine())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.state()).isEqualTo(Finding.State.MISSING);
              assertThat(finding.detail()).contains("plan9-mips");
            });
    assertThatThrownBy(() -> elsewhere.open(EngineOptions.DEFAULT))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("carries no natives for plan9-mips");
  }

  @Test
  void saysWhatItIsAndHowItWorks() {
    assertThat(engine.facts())
        .containsKeys(
            "device.name", "cpu.cores", "cpu.isa", "cpu.threads", "cpu.threading", "library.onednn")
        .containsEntry("library.onednn", "3.11.0");
    GemmProblem problem = problem(Precision.FP32, 1, 64, 64, 64, Epilogue.NONE);
    try (GemmWork work = engine.gemm(problem, new SeededOperands(problem), HEURISTIC)) {
      assertThat(work.facts().get("algorithm")).isNotEmpty().doesNotContain("ref");
      assertThat(work.facts().get("weight.format")).matches("[ABab]{2}([0-9]+[ab])*");
      assertThat(work.problem()).isEqualTo(problem);
    }
  }

  @Test
  void usesAsManyThreadsAsAskedFromEveryJavaThread() throws InterruptedException {
    int before = engineThreads(engine);
    try (Engine one = PROVIDER.open(new EngineOptions("0", 1));
        Engine three = PROVIDER.open(new EngineOptions("0", 3))) {
      assertThat(engineThreads(one)).isEqualTo(1);
      assertThat(engineThreads(three)).isEqualTo(3);
      List<Integer> elsewhere = Collections.synchronizedList(new ArrayList<>());
      Thread other = new Thread(() -> elsewhere.add(engineThreads(one)));
      other.start();
      other.join();
      assertThat(elsewhere).containsExactly(1);
      assertThat(engineThreads(one)).isEqualTo(1);
    }
    assertThat(before).isEqualTo(CpuInfo.usableCores());
  }

  private static int engineThreads(Engine on) {
    GemmProblem problem = problem(Precision.FP32, 1, 64, 64, 64, Epilogue.NONE);
    try (GemmWork work = on.gemm(problem, new SeededOperands(problem), HEURISTIC)) {
      work.submit();
      return Integer.parseInt(on.facts().get("cpu.threads"));
    }
  }

  @Test
  void submitAllocatesNothingAndCounts() {
    GemmProblem problem = problem(Precision.FP32, 1, 16, 16, 16, Epilogue.RESIDUAL);
    try (GemmWork work = engine.gemm(problem, new SeededOperands(problem), HEURISTIC)) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      for (int i = 0; i < 20_000; i++) {
        work.submit();
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 20_000; i++) {
        work.submit();
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      work.drain();
      assertThat(work.completed()).isEqualTo(40_000);
      // The bean's own answer is a boxed number or two; one object per call would be 320 kB.
      assertThat(allocated).isLessThan(1000);
    }
  }

  @Test
  void closingFreesEverything() {
    GemmProblem problem = problem(Precision.FP32, 1, 700, 700, 700, Epilogue.BIAS);
    for (int i = 0; i < 20; i++) {
      openAndClose(problem);
    }
    Pointer.trimMemory();
    long before = Pointer.physicalBytes();
    for (int i = 0; i < 200; i++) {
      openAndClose(problem);
    }
    Pointer.trimMemory();
    // Each turn allocates 6 MB: a leak of one of its buffers would be 400 MB.
    assertThat(Pointer.physicalBytes() - before).isLessThan(100L << 20);
  }

  private static void openAndClose(GemmProblem problem) {
    try (Engine own = PROVIDER.open(EngineOptions.DEFAULT);
        GemmWork work = own.gemm(problem, new SeededOperands(problem), HEURISTIC)) {
      work.submit();
    }
  }

  @Test
  void rowsComeBackWholeWhereverTheyAreRead() {
    GemmProblem problem = problem(Precision.FP32, 2, 3, 5, 7, Epilogue.NONE);
    try (GemmWork work = engine.gemm(problem, new SeededOperands(problem), HEURISTIC)) {
      work.submit();
      byte[] heap = new byte[20];
      ByteBuffer direct = ByteBuffer.allocateDirect(20);
      work.readOutputRow(1, 2, ByteBuffer.wrap(heap));
      work.readOutputRow(1, 2, direct);
      byte[] copy = new byte[20];
      direct.get(0, copy);
      assertThat(copy).isEqualTo(heap).isNotEqualTo(new byte[20]);
      assertThatThrownBy(() -> work.readOutputRow(2, 0, direct))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
