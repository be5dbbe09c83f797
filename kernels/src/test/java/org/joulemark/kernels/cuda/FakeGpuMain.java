package org.joulemark.kernels.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.bytedeco.cuda.global.cudnn;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.gemm.SeededOperands;
import org.joulemark.kernels.layer.ExpectedPass;
import org.joulemark.kernels.layer.GoldenFolders;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.ReferenceModel;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.model.Checkpoint;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.definition.WeightRows;
import org.joulemark.kernels.quant.strategy.Strategies;
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
        case "layers" -> layers(engine, false);
        case "quantized" -> {
          new CudaCodesSelfTest(engine).run((name, check) -> print(check.row(name)));
          layers(engine, true);
        }
        case "weight-only" ->
            new CudaWeightOnlySelfTest(engine).run((name, check) -> print(check.row(name)));
        case "dynamic" ->
            new CudaDynamicSelfTest(engine).run((name, check) -> print(check.row(name)));
        case "kv-int8" -> int8Cache(engine);
        case "outliers" ->
            new CudaOutlierSelfTest(engine).run((name, check) -> print(check.row(name)));
        case "linear" ->
            new CudaLinearSelfTest(engine).run((name, check) -> print(check.row(name)));
        case "models" -> models(engine);
        case "covering" -> covering(engine, Path.of(args[3]));
        case "stored-codes" -> storedCodes(engine, Path.of(args[3]));
        case "cudnn" -> cudnn(engine, args[3]);
        case "layer" -> layer(engine, Precision.valueOf(args[3]), args[4]);
        case "training" ->
            new CudaTrainingSelfTest(engine).run((name, check) -> print(check.row(name)));
        case "gemm" -> gemm(engine, Integer.parseInt(args[3]), args[4], "stream");
        case "trial" -> trial(engine);
        case "too-large" ->
            engine.layer(
                LayerProblem.prefill(
                    ModelCatalogue.standard().get("llama-3.1-70b"), Precision.FP16, 8, 32_768),
                new SeededTensors(1),
                CudaEngine.LAYER_DEFAULTS);
        case "graph" -> gemm(engine, 64, "heuristic", "graph");
        default -> throw new IllegalArgumentException(args[2]);
      }
    } catch (EngineException | UnsupportedWorkException failure) {
      System.out.println(failure.getClass().getSimpleName() + "\t" + failure.getMessage());
      System.exit(1);
    }
  }

  /** Runs the covering checks and says what each launched, which the driver notes in a file. */
  private static void covering(CudaEngine engine, Path launches) {
    Set<String> names = engine.covering();
    engine.checkSelf(
        (name, check) -> {
          if (names.contains(name)) {
            empty(launches);
            print(check.row(name));
            lines(launches).stream()
                .distinct()
                .forEach(kernel -> System.out.println("LAUNCHED\t" + kernel + "\t" + name));
          }
        });
  }

  private static void empty(Path file) {
    try {
      Files.writeString(file, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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

  private static void layers(CudaEngine engine, boolean quantized) {
    // A kernel on the stand-ins takes a thousand times as long as on a GPU: one long row of each
    // kind.
    new CudaLayerSelfTest(engine)
        .run(
            (name, check) -> {
              boolean isQuantized = Pattern.matches(".* (int8|fp8|smoothquant).*", name);
              boolean isLong = name.contains("length=150");
              boolean isStatic = name.contains("per-tensor") || name.contains("smoothquant");
              // There is no stand-in for cuDNN.
              if (!name.startsWith("attention")
                  && !name.contains("length=1000")
                  && isQuantized == quantized
                  && (!isLong || name.contains("mistral"))
                  && (!isStatic || name.contains("length=4") || name.contains("length=7"))) {
                print(check.row(name));
              }
            });
  }

  private static void int8Cache(CudaEngine engine) {
    new CudaInt8CacheSelfTest(engine)
        .run(
            (name, check) -> {
              boolean isLong = name.contains("length=150") || name.contains("length=1000");
              // There is no stand-in for cuDNN.
              if (!name.endsWith("cudnn") && (!isLong || name.contains("decode"))) {
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

  /** Checkpoints of codes against their definition, and as if their codes were not known. */
  private static void storedCodes(CudaEngine engine, Path root) {
    int[][] tokens = {{5, 4, 3, 2, 1, 0, 96}, {1, 2, 3, 4, 5, 6, 7}};
    for (String format : List.of("gptq", "awq")) {
      Checkpoint checkpoint = Checkpoint.open(root.resolve(format));
      TensorSource numbers = (tensor, row, into) -> checkpoint.row(tensor, row, into);
      ModelProblem problem =
          new ModelProblem(
              checkpoint.shape(), Strategies.parse("w4a16"), List.of(), tokens.length, 12);
      ExpectedPass expected =
          ExpectedPass.from(new ReferenceModel(problem, checkpoint), tokens, 3, 2, 10);
      LayerOptions options = CudaEngine.LAYER_DEFAULTS;
      Check stored =
          () -> CudaModelSelfTest.compare(engine, problem, checkpoint, expected, options);
      Check others = () -> CudaModelSelfTest.compare(engine, problem, numbers, expected, options);
      print(stored.row(format + " as stored"));
      print(others.row(format + " quantized again"));
    }
  }

  private static void print(SelfTestRow row) {
    System.out.println(row.verdict() + "\t" + row.name() + "\t" + row.detail());
  }

  /** Plans attention for a GPU that is not here, if its properties are given. */
  private static void cudnn(CudaEngine engine, String properties) {
    engine.loadCudnn();
    System.out.println("cudnn\t" + Cudnn.version());
    try (CudnnDescriptor device =
        new CudnnDescriptor(cudnn.CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, "device")) {
      device.text(cudnn.CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, properties).finish();
      for (ElementType type : List.of(ElementType.FP16, ElementType.BF16)) {
        for (SdpaShape shape :
            List.of(
                new SdpaShape(type, 1, 28, 4, 128, 2048, 0, 2048, 0, false),
                new SdpaShape(type, 1, 32, 8, 128, 2048, 0, 2048, 4096, false),
                new SdpaShape(type, 2, 32, 8, 128, 8192, 0, 8192, 4096, false),
                new SdpaShape(type, 3, 6, 2, 64, 1000, 0, 1010, 300, false),
                new SdpaShape(type, 3, 6, 2, 80, 33, 0, 40, 0, false),
                new SdpaShape(type, 3, 6, 2, 16, 7, 0, 7, 0, false),
                new SdpaShape(type, 1, 32, 32, 128, 2048, 0, 2048, 0, true),
                new SdpaShape(type, 2, 6, 2, 128, 100, 50, 200, 0, false),
                new SdpaShape(type, 2, 6, 2, 128, 100, 50, 200, 70, false))) {
          Check check =
              () -> {
                try (CudnnSdpa plan = new CudnnSdpa(device, shape)) {
                  return plan.workspaceBytes() + " B of workspace";
                }
              };
          print(check.row(shape.toString()));
        }
      }
    }
  }

  private static void layer(CudaEngine engine, Precision precision, String attention) {
    LayerProblem problem =
        LayerProblem.prefill(CudaLayerSelfTest.gated("qwen2", 2, 1, 16, 0), precision, 1, 3);
    LayerOptions options = new LayerOptions("cublaslt", "heuristic", attention, "stream");
    try (LayerWork work = engine.layer(problem, new SeededTensors(1), options)) {
      print(work.facts());
    }
  }

  /** How long our attention takes behind a prompt. */
  private static void trial(CudaEngine engine) {
    ModelShape shape = CudaLayerSelfTest.gated("qwen2", 4, 2, 16, 6);
    AttentionTrial trial = new AttentionTrial(engine, shape, ElementType.FP16, 2, 3, 40, 48);
    // Each of three tokens sees the six keys of the window.
    System.out.println("operations\t" + trial.operations() / (4 * 2 * shape.queryWidth() * 6));
    System.out.println("timed\t" + (trial.seconds(CudaAttention.OWN) > 0));
  }

  private static void gemm(CudaEngine engine, int size, String algorithm, String launch) {
    GemmProblem problem =
        GemmProblem.of(new GemmShape("square-" + size, 1, size, size, size), Precision.FP32);
    GemmOptions options = new GemmOptions("cublaslt", algorithm, "rotating", launch);
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
    public LayerWork layer(LayerProblem problem, TensorSource source, LayerOptions options) {
      return engine.layer(problem, source, options);
    }

    @Override
    public ModelSession model(ModelProblem problem, TensorSource source, LayerOptions options) {
      return engine.model(problem, source, options);
    }

    @Override
    public TrainableLinear trainable(WeightRows weights, int tokens) {
      return engine.trainable(weights, tokens);
    }

    @Override
    public void close() {
      engine.close();
    }
  }
}
