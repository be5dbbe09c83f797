package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.benchmarks.work.ScaleFinder;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.layer.CacheContents;
import org.joulemark.kernels.layer.ExpectedLayer;
import org.joulemark.kernels.layer.ExpectedPass;
import org.joulemark.kernels.layer.HashedTensors;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerVerification;
import org.joulemark.kernels.layer.LayerVerifier;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassTolerance;
import org.joulemark.kernels.layer.PassVerifier;
import org.joulemark.kernels.layer.Phase;
import org.joulemark.kernels.layer.ReferenceModel;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code verify}: compares what an engine computes for a model, or for one layer of real size, with
 * what Hugging Face's code or the FP64 reference gives, tensor by tensor. A strategy that quantizes
 * is compared with its own definition in FP64, and the error that this leaves against the
 * unquantized model or layer with the one that the definition has.
 */
@Command(
    name = "verify",
    description = {
      "Compare an engine's results with Hugging Face's, or with the FP64 reference, tensor by tensor.",
      "A model folder: the prompt at once, its last tokens decoded through the cache, a greedy continuation."
          + " Hashed weights: one layer of a catalogue model at its real size, a prompt and the token after it.",
      "A strategy that quantizes is held against its own definition in FP64; what it needs is fitted first.",
      "Exit code 0 only if every tensor is within its bound."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  java -jar benchmarks.jar verify --model ~/models/qwen2.5-0.5b --engine cpu --strategy fp32",
      "  java -jar benchmarks.jar verify --model DIR --strategy bf16 --expected expected.safetensors",
      "  java -jar benchmarks.jar verify --model DIR --strategy int8-sym/per-tensor/entropy",
      "  java -jar benchmarks.jar verify --hash-weights qwen2.5-7b --engine cuda --strategy smoothquant",
      "  java -jar benchmarks.jar verify --hash-weights yi-6b --expected yi-6b.safetensors"
    })
final class VerifyCommand extends SubCommand {
  private static final String EXPECTED_FILE = "expected.safetensors";
  private static final long SEED = 1;
  private static final String DEFINITION = "its own definition in FP64";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "A Hugging Face folder: config.json and safetensors.")
  private @Nullable Path model;

  @Option(
      names = "--hash-weights",
      paramLabel = "MODEL",
      description = "A model of the catalogue, one layer of which gets weights hashed from names.")
  private @Nullable String hashWeights;

  @Option(
      names = "--expected",
      paramLabel = "FILE",
      description =
          "What to expect, as safetensors (default: DIR/"
              + EXPECTED_FILE
              + " if there is one, else the FP64 reference). Of strategies that quantize nothing only.")
  private @Nullable Path expected;

  @Mixin private EngineOption engine = new EngineOption();

  @Option(
      names = {"--strategy", "--precision"},
      paramLabel = "ID",
      description = "fp32 (default), or any other that strategies lists.")
  private String strategyId = "fp32";

  @Option(
      names = "--calibration",
      paramLabel = "FILE",
      description = "What a calibration found for the strategy (default: fit it now).")
  private @Nullable Path calibration;

  @Option(names = "--attention", paramLabel = "A", description = "auto (default), own or cudnn.")
  private String attention = "auto";

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Sequences, where the FP64 reference says what to expect (default 2).")
  private int batch = 2;

  @Option(
      names = "--sequence",
      paramLabel = "N",
      description = "Tokens of each, where the FP64 reference says what to expect (default 24).")
  private int sequence = 24;

  @Override
  public Integer call() {
    Strategy strategy = strategy();
    if ((model == null) == (hashWeights == null)) {
      throw new UsageException(
          "Give one of --model DIR and --hash-weights MODEL; --help explains.");
    }
    requirePositive("--batch", batch, 1);
    // Two: one to read at once, one to decode after it.
    requirePositive("--sequence", sequence, 2);
    requireFile("--calibration", calibration);
    requireFile("--expected", expected);
    if (expected != null && !strategy.isPlain()) {
      throw new UsageException(
          "--expected "
              + expected
              + " holds what a model gives that nothing is quantized in; strategy="
              + strategy.id()
              + " is held against its own definition, so leave --expected out.");
    }
    Path folder = model;
    return folder == null
        ? verifyLayer(ModelCatalogue.standard().get(String.valueOf(hashWeights)), strategy)
        : verifyModel(folder, strategy);
  }

  private Strategy strategy() {
    try {
      return Strategies.parse(strategyId);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static void requireFile(String option, @Nullable Path file) {
    if (file != null && !Files.isRegularFile(file)) {
      throw new UsageException(option + " " + file + " is no file.");
    }
  }

  private static void requirePositive(String option, int value, int least) {
    if (value < least) {
      throw new UsageException(
          option + " " + value + " is not valid; give a whole number from " + least + " on.");
    }
  }

  private int verifyModel(Path folder, Strategy strategy) {
    if (!Files.isDirectory(folder)) {
      throw new UsageException("--model " + folder + " is no folder.");
    }
    Weights weights = Weights.of("", folder.toString(), Weights.AUTO_INPUTS, SEED);
    EngineProvider provider = engine.choose(spec.commandLine().getOut());
    try (Engine opened = engine.open(provider)) {
      return strategy.isPlain()
          ? verifyPlain(opened, options(provider), folder, weights, strategy)
          : verifyQuantized(opened, options(provider), weights, strategy);
    }
  }

  private int verifyPlain(
      Engine opened, LayerOptions options, Path folder, Weights weights, Strategy strategy) {
    ModelShape shape = weights.shape();
    Optional<Path> file = expectedFile(folder);
    ExpectedPass pass =
        file.map(ExpectedPass::read)
            .orElseGet(
                () ->
                    reference(
                        new ModelProblem(shape, Precision.FP32, batch, sequence), weights.model()));
    ModelProblem problem =
        new ModelProblem(shape, strategy.base(), pass.tokens().length, pass.capacity());
    try (ModelSession session = opened.model(problem, weights.model(), options)) {
      return report(
          shape.id() + ", a whole model, in " + strategy.id(),
          file.map(Path::toString).orElse("the FP64 reference"),
          PassVerifier.verify(session, pass, PassTolerance.of(strategy.base())));
    }
  }

  private int verifyQuantized(
      Engine opened, LayerOptions options, Weights weights, Strategy strategy) {
    ModelShape shape = weights.shape();
    ModelProblem problem =
        new ModelProblem(shape, strategy, scales(strategy, weights).model(), batch, sequence);
    try (ModelSession session = opened.model(problem, weights.model(), options)) {
      ExpectedPass pass = reference(problem, weights.model());
      return report(
          shape.id() + ", a whole model, in " + strategy.id(),
          DEFINITION,
          PassVerifier.verify(session, problem, weights.model(), pass).definition());
    }
  }

  private ScaleFinder scales(Strategy strategy, Weights weights) {
    return new ScaleFinder(
        calibration == null ? ScaleFinder.AUTO : calibration.toString(), strategy, weights);
  }

  private Optional<Path> expectedFile(Path folder) {
    if (expected != null) {
      return Optional.of(expected);
    }
    return Optional.of(folder.resolve(EXPECTED_FILE)).filter(Files::isRegularFile);
  }

  /** A quarter of the prompt is decoded, and as many tokens generated from its first half. */
  private ExpectedPass reference(ModelProblem problem, TensorSource source) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[][] tokens = new int[batch][sequence];
    for (int[] row : tokens) {
      for (int i = 0; i < sequence; i++) {
        row[i] = random.nextInt(problem.shape().vocabulary());
      }
    }
    int part = Math.max(1, sequence / 4);
    int prompt = sequence / 2;
    return ExpectedPass.from(new ReferenceModel(problem, source), tokens, part, prompt, part);
  }

  private int verifyLayer(ModelShape shape, Strategy strategy) {
    ExpectedLayer file = expected == null ? null : ExpectedLayer.read(expected);
    HashedTensors source = new HashedTensors();
    Weights weights = new Weights(shape, "hashed", Weights.NORMAL, SEED, source, source);
    EngineProvider provider = engine.choose(spec.commandLine().getOut());
    List<TensorComparison> rows = new ArrayList<>();
    try (Engine opened = engine.open(provider)) {
      LayerScales scales = scales(strategy, weights).layer(opened);
      List<LayerProblem> problems =
          file == null
              ? layerProblems(shape, strategy, scales)
              : file.problems(shape, strategy.base());
      for (LayerProblem problem : problems) {
        HostTensor output = output(opened, problem, source, options(provider));
        if (file != null) {
          rows.add(file.compare(problem, output));
          continue;
        }
        LayerVerification verification = LayerVerifier.verifyBoth(problem, source, output);
        rows.addAll(verification.definition());
        if (!strategy.isPlain()) {
          rows.add(verification.displacement());
        }
      }
    }
    return report(
        shape.id() + ", one layer with hashed weights, in " + strategy.id(),
        expected != null
            ? expected.toString()
            : strategy.isPlain() ? "the FP64 reference" : DEFINITION,
        rows);
  }

  private List<LayerProblem> layerProblems(
      ModelShape shape, Strategy strategy, LayerScales scales) {
    return List.of(
        LayerProblem.prefill(shape, strategy, scales, batch, sequence),
        new LayerProblem(
            shape, strategy, scales, Phase.DECODE, batch, sequence, CacheContents.PREFILLED));
  }

  private static HostTensor output(
      Engine engine, LayerProblem problem, HashedTensors source, LayerOptions options) {
    try (LayerWork work = engine.layer(problem, source, options)) {
      work.poisonOutput();
      work.submit();
      HostTensor output = work.output();
      return new HostTensor(problem.phase().id(), output.dimensions(), output.values());
    }
  }

  private LayerOptions options(EngineProvider provider) {
    LayerOptions defaults = provider.layerDefaults();
    return attention.equals("auto")
        ? defaults
        : new LayerOptions(defaults.library(), defaults.algorithm(), attention, defaults.launch());
  }

  private int report(String what, String against, List<TensorComparison> rows) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(what + " against " + against);
    out.print(ComparisonTable.render(rows));
    long wrong = rows.stream().filter(row -> !row.passed()).count();
    out.println(
        wrong == 0
            ? "All " + rows.size() + " tensors are within their bounds."
            : wrong + " of " + rows.size() + " tensors are outside their bounds.");
    out.flush();
    return wrong == 0 ? 0 : JoulemarkCommand.FAILED;
  }
}
