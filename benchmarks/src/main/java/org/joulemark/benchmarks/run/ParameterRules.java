package org.joulemark.benchmarks.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.joulemark.benchmarks.gemm.QuantizedGemm;
import org.joulemark.benchmarks.task.TaskBenchmark;
import org.joulemark.benchmarks.task.TaskCatalogue;
import org.joulemark.benchmarks.work.ScaleFinder;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmShapes;
import org.joulemark.kernels.gemm.OperandDistribution;
import org.joulemark.kernels.model.Checkpoint;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelFormatException;
import org.joulemark.kernels.qat.LossScaler;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.calibration.CalibrationException;
import org.joulemark.kernels.quant.calibration.CalibrationFile;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.joulemark.reports.score.ScoreBook;

/**
 * What each benchmark parameter accepts, checked before anything is measured. A parameter keeps its
 * meaning in every benchmark that has it; a new one is one entry here.
 */
public final class ParameterRules {
  private static final int MOST_POSITIONS = 1 << 20;
  // A round of the sample is at least as many passes.
  private static final int MOST_ITEMS = 100_000;

  private final Map<String, Consumer<String>> rules;

  /** The rules for the engines of {@code engines}. */
  public ParameterRules(EngineCatalogue engines) {
    GemmShapes shapes = new GemmShapes(ModelCatalogue.standard());
    this.rules =
        Map.ofEntries(
            Map.entry("engine", engine -> requireEngine(engines, engine)),
            Map.entry(
                "library",
                value -> oneOf("library", value, "auto", "onednn", "cublas", "cublaslt")),
            Map.entry("precision", Precision::parse),
            Map.entry("shape", value -> shapes.resolve(value, GemmShapes.AUTO_TOKENS, 1)),
            Map.entry("tokens", value -> shapes.resolve("square-1", value, 1)),
            Map.entry("batch", value -> wholeNumber("batch", value, 1, 65_536)),
            Map.entry("data", OperandDistribution::parse),
            Map.entry("epilogue", Epilogue::parse),
            Map.entry("algo", value -> oneOf("algo", value, "auto", "heuristic", "tuned")),
            Map.entry("cache", value -> oneOf("cache", value, "auto", "hot", "rotating")),
            Map.entry(
                "launch", value -> oneOf("launch", value, "auto", "direct", "stream", "graph")),
            Map.entry("threads", value -> wholeNumber("threads", value, 0, 65_536)),
            Map.entry("seed", value -> wholeNumber("seed", value, Long.MIN_VALUE, Long.MAX_VALUE)),
            Map.entry("device", ParameterRules::requireDevice),
            Map.entry("model", ModelCatalogue.standard()::get),
            Map.entry("checkpoint", ParameterRules::requireCheckpoint),
            Map.entry("strategy", Strategies::parse),
            Map.entry("calibration", ParameterRules::requireCalibration),
            Map.entry(
                "inputs",
                value ->
                    oneOf(
                        "inputs",
                        value,
                        Weights.AUTO_INPUTS,
                        Weights.NORMAL,
                        Weights.OUTLIERS,
                        Weights.TOKENS)),
            Map.entry("part", QuantizedGemm::part),
            Map.entry("sequence", value -> wholeNumber("sequence", value, 1, MOST_POSITIONS)),
            Map.entry("context", value -> wholeNumber("context", value, 1, MOST_POSITIONS)),
            Map.entry("task", TaskCatalogue.standard()::get),
            Map.entry(
                "depth", value -> oneOf("depth", value, TaskBenchmark.MODEL, TaskBenchmark.LAYER)),
            Map.entry("items", value -> wholeNumberOr("items", value, 1, MOST_ITEMS, "all")),
            Map.entry("bucket", value -> wholeNumber("bucket", value, 1, MOST_POSITIONS)),
            Map.entry("decoded", value -> wholeNumberOr("decoded", value, 0, MOST_POSITIONS)),
            Map.entry("scores", ParameterRules::requireScores),
            Map.entry("attention", value -> oneOf("attention", value, "auto", "own", "cudnn")),
            Map.entry("lossScaling", LossScaler::named),
            Map.entry("traffic", value -> oneOf("traffic", value, "read", "write", "copy")),
            Map.entry(
                "call",
                value ->
                    oneOf(
                        "call",
                        value,
                        "driver_call",
                        "kernel_launch",
                        "event_record",
                        "graph_replay")));
  }

  /**
   * Checks one value.
   *
   * @throws UsageException with one sentence that names the valid choices
   */
  public void check(String parameter, String value) {
    Consumer<String> rule = rules.get(parameter);
    if (rule != null) {
      try {
        rule.accept(value);
      } catch (IllegalArgumentException | ModelFormatException | CalibrationException e) {
        throw new UsageException(String.valueOf(e.getMessage()), e);
      }
    }
  }

  private static void requireEngine(EngineCatalogue engines, String engine) {
    if (!engine.equals("auto")
        && engines.providers().stream().noneMatch(provider -> provider.name().equals(engine))) {
      throw new IllegalArgumentException(
          "engine=" + engine + " is not known; choose from auto, " + engines.names() + ".");
    }
  }

  private static void requireDevice(String device) {
    if (!device.matches("[0-9]{1,3}|GPU-[0-9a-fA-F-]+")) {
      throw new IllegalArgumentException(
          "device="
              + device
              + " is not valid; give an index such as 0 or a UUID such as GPU-1b2c…, as nvidia-smi -L"
              + " prints them.");
    }
  }

  private static void requireCheckpoint(String folder) {
    if (!folder.equals(Weights.NO_CHECKPOINT)) {
      Path path = Path.of(folder);
      if (!Files.isDirectory(path)) {
        throw new IllegalArgumentException(
            "checkpoint="
                + folder
                + " is no folder; give a Hugging Face model folder, or "
                + Weights.NO_CHECKPOINT
                + " for seeded weights.");
      }
      Checkpoint.open(path);
    }
  }

  private static void requireCalibration(String file) {
    if (!file.equals(ScaleFinder.AUTO)) {
      CalibrationFile.read(Path.of(file));
    }
  }

  private static void requireScores(String scores) {
    if (!scores.equals(TaskBenchmark.PUBLISHED)) {
      ScoreBook.read(Path.of(scores));
    }
  }

  /** {@code auto}, one of some words, or a whole number. */
  private static void wholeNumberOr(
      String parameter, String value, long least, long most, String... words) {
    if (!value.equals("auto") && !List.of(words).contains(value)) {
      wholeNumber(parameter, value, least, most);
    }
  }

  private static void oneOf(String parameter, String value, String... choices) {
    for (String choice : choices) {
      if (choice.equals(value)) {
        return;
      }
    }
    throw new IllegalArgumentException(
        parameter + "=" + value + " is not known; choose from " + String.join(", ", choices) + ".");
  }

  private static void wholeNumber(String parameter, String value, long least, long most) {
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return;
      }
    } catch (NumberFormatException e) {
      // Said below, together with numbers that are out of range.
    }
    throw new IllegalArgumentException(
        parameter
            + "="
            + value
            + " is not valid; give a whole number from "
            + least
            + " to "
            + most
            + ".");
  }
}
