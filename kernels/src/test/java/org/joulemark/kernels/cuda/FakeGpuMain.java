package org.joulemark.kernels.cuda;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.gemm.SeededOperands;
import org.joulemark.kernels.layer.ExpectedPass;
import org.joulemark.kernels.layer.GoldenFolders;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.Checkpoint;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.selftest.Check;
import org.joulemark.kernels.selftest.EngineSelfTest;
import org.joulemark.kernels.selftest.SelfTestRow;

/** What {@link FakeGpuTest} runs in a process of its own, on the stand-ins for CUDA's libraries. */
final class FakeGpuMain {
  private FakeGpuMain() {}

  /**
   * Runs one mode and prints what it saw, a line each.
   *
   * @param args folder that stands for the machine's root, device, mode
   */
  public static void main(String[] args) {
    CudaInstallation installation = new CudaInstallation(System.getenv(), Path.of(args[0]));
    CudaEngineProvider provider = new CudaEngineProvider(installation);
    try (CudaEngine engine = (CudaEngine) provider.open(new EngineOptions(args[1], 0))) {
      switch (args[2]) {
        case "facts" -> print(engine.facts());
        case "selftest" -> selfTest(engine);
        case "layers" -> layers(engine);
        case "models" -> models(engine);
        case "training" ->
            new CudaTrainingSelfTest(engine).run((name, check) -> print(check.row(name)));
        case "gemm" -> gemm(engine, Integer.parseInt(args[3]), args[4]);
        default -> throw new IllegalArgumentException(args[2]);
      }
    } catch (EngineException | UnsupportedWorkException failure) {
      System.out.println(failure.getClass().getSimpleName() + "\t" + failure.getMessage());
      System.exit(1);
    }
  }

  private static void print(Map<String, String> facts) {
    new TreeMap<>(facts).forEach((key, value) -> System.out.println(key + "\t" + value));
  }

  private static void selfTest(CudaEngine engine) {
    List<SelfTestRow> rows =
        new ArrayList<>(
            new EngineSelfTest(new Plain(engine), CudaEngine.defaults("auto"), 7, r -> {}).run());
    // The stand-ins share the processor with other processes: mean and median differ then.
    new CudaSelfTest(engine, new CudaSelfTest.Sizes(64, 64, 150, 0.8))
        .run((name, check) -> rows.add(check.row(name)));
    rows.forEach(FakeGpuMain::print);
  }

  private static void layers(CudaEngine engine) {
    // A kernel on the stand-ins takes a thousand times as long as on a GPU: one long row of each
    // kind.
    new CudaLayerSelfTest(engine)
        .run(
            (name, check) -> {
              if (!name.contains("length=150") || name.contains("mistral")) {
                print(check.row(name));
              }
            });
  }

  private static void models(CudaEngine engine) {
    new CudaModelSelfTest(engine).run((name, check) -> print(check.row(name)));
    for (String folder : GoldenFolders.names()) {
      Path path = GoldenFolders.path(folder);
      Checkpoint checkpoint = Checkpoint.open(path);
      ExpectedPass expected = ExpectedPass.read(path.resolve("expected.safetensors"));
      for (Precision precision : List.of(Precision.FP32, Precision.FP16, Precision.BF16)) {
        ModelProblem problem =
            new ModelProblem(
                checkpoint.shape(), precision, expected.tokens().length, expected.capacity());
        Check check =
            () ->
                CudaModelSelfTest.compare(
                    engine, problem, checkpoint, expected, CudaEngine.LAYER_DEFAULTS);
        print(check.row("golden " + folder + " " + precision));
      }
    }
  }

  private static void print(SelfTestRow row) {
    System.out.println(row.verdict() + "\t" + row.name() + "\t" + row.detail());
  }

  private static void gemm(CudaEngine engine, int size, String algorithm) {
    GemmProblem problem =
        GemmProblem.of(new GemmShape("square-" + size, 1, size, size, size), Precision.FP32);
    GemmOptions options = new GemmOptions("cublaslt", algorithm, "rotating", "stream");
    try (GemmWork work = engine.gemm(problem, new SeededOperands(problem), options)) {
      print(work.facts());
    }
  }

  /** The engine without its own checks, which are run in another size. */
  private record Plain(Engine engine) implements Engine {
    @Override
    public String name() {
      return engine.name();
    }

    @Override
    public Map<String, String> facts() {
      return engine.facts();
    }

    @Override
    public List<String> libraries() {
      return engine.libraries();
    }

    @Override
    public String energyDomain() {
      return engine.energyDomain();
    }

    @Override
    public GemmWork gemm(GemmProblem problem, OperandSource operands, GemmOptions options) {
      return engine.gemm(problem, operands, options);
    }

    @Override
    public void close() {
      engine.close();
    }
  }
}
