package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.joulemark.benchmarks.run.UsageException;
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
import org.joulemark.kernels.layer.LayerVerifier;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassTolerance;
import org.joulemark.kernels.layer.PassVerifier;
import org.joulemark.kernels.layer.Phase;
import org.joulemark.kernels.layer.ReferenceModel;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.model.Checkpoint;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
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
 * what Hugging Face's code or the FP64 reference gives, tensor by tensor.
 */
@Command(
    name = "verify",
    description = {
      "Compare an engine's results with Hugging Face's, or with the FP64 reference, tensor by tensor.",
      "A model folder: the prompt at once, its last tokens decoded through the cache, a greedy continuation."
          + " Hashed weights: one layer of a catalogue model at its real size, a prompt and the token after it.",
      "Exit code 0 only if every tensor is within its bound."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  java -jar benchmarks.jar verify --model ~/models/qwen2.5-0.5b --engine cpu --precision fp32",
      "  java -jar benchmarks.jar verify --model DIR --precision bf16 --expected expected.safetensors",
      "  java -jar benchmarks.jar verify --hash-weights qwen2.5-7b --engine cuda --precision fp16",
      "  java -jar benchmarks.jar verify --hash-weights yi-6b --expected yi-6b.safetensors"
    })
final class VerifyCommand extends SubCommand {
  private static final String EXPECTED_FILE = "expected.safetensors";
  private static final long TOKEN_SEED = 1;

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
              + " if there is one, else the FP64 reference).")
  private @Nullable Path expected;

  @Mixin private EngineOption engine = new EngineOption();

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "fp32 (default), tf32, fp16 or bf16.")
  private String precisionName = "fp32";

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
    Precision precision = precision();
    if ((model == null) == (hashWeights == null)) {
      throw new UsageException(
          "Give one of --model DIR and --hash-weights MODEL; --help explains.");
    }
    requirePositive("--batch", batch, 1);
    // Two: one to read at once, one to decode after it.
    requirePositive("--sequence", sequence, 2);
    if (expected != null && !Files.isRegularFile(expected)) {
      throw new UsageException("--expected " + expected + " is no file.");
    }
    Path folder = model;
    return folder == null
        ? verifyLayer(ModelCatalogue.standard().get(String.valueOf(hashWeights)), precision)
        : verifyModel(folder, precision);
  }

  private Precision precision() {
    return Strategies.find(precisionName)
        .filter(Strategy::isPlain)
        .orElseThrow(
            () ->
                new UsageException(
                    "--precision "
                        + precisionName
                        + " is not known; choose from fp32, tf32, fp16, bf16."))
        .base();
  }

  private static void requirePositive(String option, int value, int least) {
    if (value < least) {
      throw new UsageException(
          option + " " + value + " is not valid; give a whole number from " + least + " on.");
    }
  }

  private int verifyModel(Path folder, Precision precision) {
    if (!Files.isDirectory(folder)) {
      throw new UsageException("--model " + folder + " is no folder.");
    }
    Checkpoint checkpoint = Checkpoint.open(folder);
    Optional<Path> file = expectedFile(folder);
    ExpectedPass pass = file.map(ExpectedPass::read).orElseGet(() -> reference(checkpoint));
    ModelProblem problem =
        new ModelProblem(checkpoint.shape(), precision, pass.tokens().length, pass.capacity());
    EngineProvider provider = engine.choose(spec.commandLine().getOut());
    try (Engine opened = engine.open(provider);
        ModelSession session = opened.model(problem, checkpoint, options(provider))) {
      return report(
          checkpoint.shape().id()
              + ", a whole model, in "
              + precision
              + " against "
              + file.map(Path::toString).orElse("the FP64 reference"),
          PassVerifier.verify(session, pass, PassTolerance.of(precision)));
    }
  }

  private Optional<Path> expectedFile(Path folder) {
    if (expected != null) {
      return Optional.of(expected);
    }
    return Optional.of(folder.resolve(EXPECTED_FILE)).filter(Files::isRegularFile);
  }

  /** A quarter of the prompt is decoded, and as many tokens generated from its first half. */
  private ExpectedPass reference(Checkpoint checkpoint) {
    ModelShape shape = checkpoint.shape();
    SplittableRandom random = new SplittableRandom(TOKEN_SEED);
    int[][] tokens = new int[batch][sequence];
    for (int[] row : tokens) {
      for (int i = 0; i < sequence; i++) {
        row[i] = random.nextInt(shape.vocabulary());
      }
    }
    int part = Math.max(1, sequence / 4);
    int prompt = sequence / 2;
    return ExpectedPass.from(
        new ReferenceModel(shape, checkpoint, batch, sequence), tokens, part, prompt, part);
  }

  private int verifyLayer(ModelShape shape, Precision precision) {
    ExpectedLayer file = expected == null ? null : ExpectedLayer.read(expected);
    List<LayerProblem> problems =
        file == null ? layerProblems(shape, precision) : file.problems(shape, precision);
    HashedTensors source = new HashedTensors();
    EngineProvider provider = engine.choose(spec.commandLine().getOut());
    List<TensorComparison> rows = new ArrayList<>();
    try (Engine opened = engine.open(provider)) {
      for (LayerProblem problem : problems) {
        HostTensor output = output(opened, problem, source, options(provider));
        rows.add(
            file == null
                ? LayerVerifier.verify(problem, source, output)
                : file.compare(problem, output));
      }
    }
    return report(
        shape.id()
            + ", one layer with hashed weights, in "
            + precision
            + " against "
            + (expected == null ? "the FP64 reference" : expected),
        rows);
  }

  private List<LayerProblem> layerProblems(ModelShape shape, Precision precision) {
    return List.of(
        LayerProblem.prefill(shape, precision, batch, sequence),
        new LayerProblem(shape, precision, Phase.DECODE, batch, sequence, CacheContents.PREFILLED));
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

  private int report(String what, List<TensorComparison> rows) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(what);
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
