package org.joulemark.benchmarks.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.joulemark.benchmarks.ceilings.BandwidthBenchmark;
import org.joulemark.benchmarks.gemm.GemmBenchmark;
import org.joulemark.benchmarks.machinery.MachineryBenchmark;
import org.joulemark.benchmarks.training.QatStep;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.engine.Finding;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.LayerOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A benchmark that cannot be prepared leaves nothing open: without forks, the next one needs it.
 */
class PreparationTest {
  private static final List<String> EVENTS = new ArrayList<>();

  private final ClassLoader usual = Thread.currentThread().getContextClassLoader();

  /** An engine on which nothing can be made but a GEMM, which then cannot be carried out. */
  public static final class NoEngine implements EngineProvider {
    @Override
    public String name() {
      return "none";
    }

    @Override
    public int preference() {
      return -1;
    }

    @Override
    public List<Finding> examine() {
      return List.of();
    }

    @Override
    public GemmOptions gemmDefaults(String library) {
      return new GemmOptions("none", "heuristic", "hot", "direct");
    }

    @Override
    public LayerOptions layerDefaults() {
      return new LayerOptions("none", "heuristic", "own", "direct");
    }

    @Override
    public Engine open(EngineOptions options) {
      EVENTS.add("open engine");
      return StandIn.of(
          Engine.class,
          method ->
              switch (method) {
                case "close" -> note("close engine");
                case "facts" -> Map.of();
                case "name" -> "none";
                case "gemm" -> StandIn.of(GemmWork.class, NoEngine::gemm);
                default -> throw new IllegalStateException(method + " breaks");
              });
    }

    private static @Nullable Object gemm(String method) {
      if (method.equals("close")) {
        return note("close gemm");
      }
      throw new IllegalStateException(method + " breaks");
    }

    private static @Nullable Object note(String event) {
      EVENTS.add(event);
      return null;
    }
  }

  @BeforeEach
  void install(@TempDir Path folder) throws IOException {
    EVENTS.clear();
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(EngineProvider.class.getName()), NoEngine.class.getName());
    URL[] more = {folder.toUri().toURL()};
    Thread.currentThread().setContextClassLoader(new URLClassLoader(more, usual));
  }

  @AfterEach
  void uninstall() throws IOException {
    try (URLClassLoader more = (URLClassLoader) Thread.currentThread().getContextClassLoader()) {
      assertThat(more.getURLs()).hasSize(1);
      Thread.currentThread().setContextClassLoader(usual);
    }
  }

  static Stream<Arguments> benchmarks() {
    BandwidthBenchmark bandwidth = new BandwidthBenchmark();
    bandwidth.engine = "none";
    bandwidth.device = "0";
    bandwidth.traffic = "read";
    MachineryBenchmark machinery = new MachineryBenchmark();
    machinery.engine = "none";
    machinery.device = "0";
    machinery.call = "driver_call";
    QatStep step = new QatStep();
    step.engine = "none";
    step.device = "0";
    step.threads = "0";
    step.model = "qwen2.5-7b";
    step.checkpoint = "none";
    step.inputs = "auto";
    step.tokens = "4";
    step.lossScaling = "dynamic";
    step.seed = "1";
    return Stream.of(
        Arguments.of("Bandwidth", (Runnable) bandwidth::prepare),
        Arguments.of("Machinery", (Runnable) machinery::prepare),
        Arguments.of("QatStep", (Runnable) step::prepare));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("benchmarks")
  void theEngineIsClosed(String name, Runnable prepare) {
    assertThatThrownBy(prepare::run).as(name).isInstanceOf(RuntimeException.class);
    assertThat(EVENTS).containsExactly("open engine", "close engine");
  }

  @Test
  void aGemmThatCannotBeVerifiedIsClosedBeforeItsEngine() {
    GemmBenchmark gemm = new GemmBenchmark();
    gemm.engine = "none";
    gemm.device = "0";
    gemm.threads = "0";
    gemm.library = "auto";
    gemm.precision = "FP32";
    gemm.shape = "square-64";
    gemm.tokens = "auto";
    gemm.batch = "1";
    gemm.data = "normal";
    gemm.epilogue = "none";
    gemm.algo = "auto";
    gemm.cache = "auto";
    gemm.launch = "auto";
    gemm.seed = "1";
    assertThatThrownBy(gemm::prepare).hasMessageContaining("poisonOutput breaks");
    assertThat(EVENTS).containsExactly("open engine", "close gemm", "close engine");
    EVENTS.clear();
    gemm.precision = "FP1";
    assertThatThrownBy(gemm::prepare).isInstanceOf(IllegalArgumentException.class);
    assertThat(EVENTS).containsExactly("open engine", "close engine");
  }

  @Test
  void whatClosingThrowsIsAddedToTheFailure() {
    AutoCloseable stuck =
        () -> {
          throw new IllegalStateException("stuck");
        };
    assertThatThrownBy(
            () ->
                Handover.of(
                    stuck,
                    resource -> {
                      throw new IllegalArgumentException("wrong " + resource.getClass().isArray());
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(thrown -> assertThat(thrown.getSuppressed()[0]).hasMessage("stuck"));
  }
}
