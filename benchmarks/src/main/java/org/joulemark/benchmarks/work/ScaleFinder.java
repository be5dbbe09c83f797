package org.joulemark.benchmarks.work;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.layer.EmbeddedTokens;
import org.joulemark.kernels.layer.LayerCalibration;
import org.joulemark.kernels.layer.LinearProblem;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelTensors;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.qat.TrainedScales;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.calibration.Calibration;
import org.joulemark.kernels.quant.calibration.CalibrationException;
import org.joulemark.kernels.quant.calibration.CalibrationFile;
import org.joulemark.kernels.quant.calibration.Calibrator;
import org.joulemark.kernels.quant.calibration.Calibrators;
import org.joulemark.kernels.quant.strategy.Strategies;

/**
 * Which scales a strategy runs with: none where it needs none, those of a calibration's file that
 * the user names, or those of a calibration that is fitted now. What is fitted is stored beside the
 * results, and taken from there where the same was asked before.
 */
public final class ScaleFinder {
  /** The value of the parameter {@code calibration} that asks for scales to be fitted. */
  public static final String AUTO = "auto";

  /** What results say of a strategy that needs no calibration. */
  public static final String NONE = "none";

  /** System property of a fork: the folder in which calibrations are kept; without it, nowhere. */
  public static final String FOLDER_PROPERTY = "joulemark.calibrations";

  // What "post-training quantization" means where the training is compared with it.
  private static final String STARTS_OF_TRAINING = "int8-sym/per-tensor/";
  private static final String INPUT = "x.calibration";
  // A layer of a 7B model takes a few seconds with so many, all of its layers a minute or two.
  private static final int LAYER_TOKENS = 64;
  private static final int MODEL_TOKENS = 32;

  private final String calibration;
  private final Strategy strategy;
  private final Weights weights;
  private final BiConsumer<String, String> notes;

  /**
   * For one strategy and model; tells the results how its scales came about.
   *
   * @param calibration {@value #AUTO}, {@value #NONE} or a file
   */
  public ScaleFinder(String calibration, Strategy strategy, Weights weights) {
    this(calibration, strategy, weights, WorkWindow::note);
  }

  /**
   * For one strategy and model.
   *
   * @param calibration {@value #AUTO}, {@value #NONE} or a file
   * @param notes is told how the scales came about
   */
  public ScaleFinder(
      String calibration, Strategy strategy, Weights weights, BiConsumer<String, String> notes) {
    this.notes = notes;
    this.calibration = calibration;
    this.strategy = strategy;
    this.weights = weights;
  }

  /** Scales of layers, and how they came about. */
  private record Found(List<LayerScales> layers, Map<String, String> notes) {
    Found(List<LayerScales> layers) {
      this(layers, Map.of());
    }
  }

  /**
   * Of the model's first layer, alone and with the inputs that are measured. Where a training
   * learns them, it starts from the best of those that the calibrators find.
   *
   * @param engine what a training runs on
   * @throws CalibrationException if the file is none, or of something else
   * @throws UnsupportedWorkException if the strategy's scales cannot be fitted or learned
   */
  public LayerScales layer(Engine engine) {
    List<LayerScales> found =
        trainingSteps() > 0
            ? find("layer", weights.inputs(), ScaleTraining.TOKENS, 1, () -> learned(engine))
            : find("layer", weights.inputs(), LAYER_TOKENS, 1, this::fittedLayer);
    return found.isEmpty() ? LayerScales.NONE : found.get(0);
  }

  /**
   * Of one linear part of the model's first layer, alone and with the inputs that are measured: the
   * calibration set is rows of what the part is given.
   *
   * @throws CalibrationException if the file is none, or of something else
   * @throws UnsupportedWorkException if the strategy's scales cannot be fitted
   */
  public PartScales part(LinearProblem problem) {
    if (!strategy.linear().needsCalibration()) {
      return PartScales.NONE;
    }
    if (!calibration.equals(AUTO)) {
      return given(Path.of(calibration), 1).get(0).of(problem.part());
    }
    if (trainingSteps() > 0) {
      throw new UnsupportedWorkException(
          "strategy="
              + strategy.id()
              + " learns the scales of a whole layer; give them as calibration=FILE, such as"
              + " LayerPrefill leaves in its results' folder calibrations.");
    }
    notes.accept("calibration.tokens", Integer.toString(LAYER_TOKENS));
    return fitter(weights.layer())
        .fit(
            problem.part(),
            problem.weights(weights.layer()).weight(problem.part()),
            calibrationSet(weights.layer(), LAYER_TOKENS, problem.inputs()));
  }

  private Found fittedLayer() {
    return new Found(
        List.of(
            fitter(weights.layer())
                .fit(
                    LayerTensors.alone(weights.shape()),
                    calibrationSet(weights.layer(), LAYER_TOKENS))));
  }

  private Found learned(Engine engine) {
    Map<String, LayerScales> starts = new LinkedHashMap<>();
    for (Calibrator calibrator : Calibrators.all()) {
      Strategy calibrated = Strategies.parse(STARTS_OF_TRAINING + calibrator.id());
      starts.put(calibrator.id(), new ScaleFinder(AUTO, calibrated, weights, notes).layer(engine));
    }
    ScaleTraining training = new ScaleTraining(engine, weights);
    TrainedScales trained = training.learn(starts, trainingSteps());
    return new Found(List.of(trained.scales()), training.notes(trained));
  }

  private int trainingSteps() {
    return strategy.linear() instanceof LinearScheme.Int8 int8 ? int8.trainingSteps() : 0;
  }

  /**
   * Of all layers of the model; the calibration set is tokens that a seed draws. Empty for a
   * strategy that needs none.
   *
   * @throws CalibrationException if the file is none, or of something else
   * @throws UnsupportedWorkException if the strategy's scales cannot be fitted
   */
  public List<LayerScales> model() {
    TensorSource tokens =
        new EmbeddedTokens(weights.shape(), weights.model(), weights.model(), weights.seed());
    if (trainingSteps() > 0 && calibration.equals(AUTO)) {
      throw new UnsupportedWorkException(
          "strategy="
              + strategy.id()
              + " learns the scales of one layer at a time; give those of a whole model as"
              + " calibration=FILE.");
    }
    Supplier<Found> fit =
        () ->
            new Found(
                fitter(weights.model())
                    .fit(
                        ModelTensors.of(weights.shape()).layers(),
                        calibrationSet(tokens, MODEL_TOKENS)));
    return find("model", Weights.TOKENS, MODEL_TOKENS, weights.shape().layers(), fit);
  }

  private LayerCalibration fitter(TensorSource source) {
    return new LayerCalibration(weights.shape(), source, strategy);
  }

  private double[][] calibrationSet(TensorSource source, int tokens) {
    return calibrationSet(source, tokens, weights.shape().hidden());
  }

  private static double[][] calibrationSet(TensorSource source, int tokens, int columns) {
    TensorSpec input = TensorSpec.input(INPUT, tokens, columns);
    double[][] x = new double[tokens][input.columns()];
    float[] row = new float[input.columns()];
    for (int m = 0; m < tokens; m++) {
      source.row(input, m, row);
      for (int i = 0; i < row.length; i++) {
        x[m][i] = row[i];
      }
    }
    return x;
  }

  private List<LayerScales> find(
      String subject, String inputs, int tokens, int layers, Supplier<Found> fit) {
    if (!strategy.linear().needsCalibration()) {
      return List.of();
    }
    if (!calibration.equals(AUTO)) {
      return given(Path.of(calibration), layers);
    }
    Calibration question =
        new Calibration(
            weights.shape().id(),
            weights.origin(),
            strategy.id(),
            inputs,
            tokens,
            weights.seed(),
            List.of(LayerScales.NONE));
    return fitted(subject, question, fit).layers();
  }

  /** The user's file. One of a whole model will do for its first layer. */
  private List<LayerScales> given(Path file, int layers) {
    Calibration read = CalibrationFile.read(file);
    requireEqual(file, "model", read.model(), weights.shape().id());
    requireEqual(file, "strategy", read.strategy(), strategy.id());
    if (read.layers().size() < layers) {
      throw new CalibrationException(
          file, "layers has " + read.layers().size() + " where " + layers + " are needed");
    }
    notes.accept("calibration.file", file.toString());
    read.notes().forEach(notes);
    return read.layers().subList(0, layers);
  }

  private static void requireEqual(Path file, String field, String has, String needed) {
    if (!has.equals(needed)) {
      throw new CalibrationException(
          file, field + " is " + has + " where " + needed + " is needed");
    }
  }

  private Calibration fitted(String subject, Calibration question, Supplier<Found> fit) {
    Optional<Path> file = file(subject, question);
    if (file.isPresent() && Files.exists(file.get())) {
      Calibration stored = CalibrationFile.read(file.get());
      if (stored.sameQuestion(question)) {
        notes.accept("calibration.file", file.get().toString());
        stored.notes().forEach(notes);
        return stored;
      }
    }
    Found found = fit.get();
    found.notes.forEach(notes);
    Calibration answer =
        new Calibration(
            question.model(),
            question.weights(),
            question.strategy(),
            question.inputs(),
            question.tokens(),
            question.seed(),
            found.layers,
            found.notes);
    file.ifPresent(
        path -> {
          CalibrationFile.write(answer, path);
          notes.accept("calibration.file", path.toString());
        });
    notes.accept("calibration.tokens", Integer.toString(question.tokens()));
    return answer;
  }

  private static Optional<Path> file(String subject, Calibration question) {
    return Optional.ofNullable(System.getProperty(FOLDER_PROPERTY))
        .map(
            folder ->
                Path.of(
                    folder,
                    String.join(
                            "-",
                            subject,
                            question.model(),
                            question.strategy().replace('/', '-'),
                            question.inputs(),
                            Long.toString(question.seed()))
                        + ".json"));
  }
}
