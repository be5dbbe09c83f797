package org.joulemark.benchmarks.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.ReferenceCache;
import org.joulemark.kernels.layer.ReferenceLayer;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.calibration.CalibrationException;
import org.joulemark.kernels.quant.calibration.CalibrationFile;
import org.joulemark.kernels.quant.calibration.Calibrator;
import org.joulemark.kernels.quant.calibration.Calibrators;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaleFinderTest {
  private static final String STATIC = "int8-sym/per-tensor/minmax";

  private final String checkpoint = GoldenFolders.path("tiny-qwen2").toString();

  @TempDir Path folder;

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = EngineCatalogue.installed().choose("cpu").provider().open(EngineOptions.DEFAULT);
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @BeforeEach
  void keep() {
    System.setProperty(ScaleFinder.FOLDER_PROPERTY, folder.toString());
  }

  @AfterEach
  void forget() {
    System.clearProperty(ScaleFinder.FOLDER_PROPERTY);
  }

  @Test
  void aStrategyThatNeedsNoneGetsNone() throws IOException {
    assertThat(finder("auto", "int8-sym", "auto").layer(engine)).isEqualTo(LayerScales.NONE);
    assertThat(finder("none", "fp16", "auto").model()).isEmpty();
    assertThat(files()).isEmpty();
  }

  @Test
  void whatIsFittedIsKeptAndTakenAgain() throws IOException {
    LayerScales fitted = finder("auto", STATIC, "auto").layer(engine);
    assertThat(fitted.of(LinearPart.DOWN).activationScale()).isPositive();
    assertThat(files()).hasSize(1);
    Path file = files().get(0);
    assertThat(file.getFileName())
        .hasToString("layer-tiny-qwen2-int8-sym-per-tensor-minmax-tokens-7.json");
    // Another number in the file: it is read, and not fitted again.
    String text = Files.readString(file);
    double scale = fitted.of(LinearPart.QKV).activationScale();
    Files.writeString(file, text.replace(Double.toString(scale), "0.25"));
    assertThat(finder("auto", STATIC, "auto").layer(engine).of(LinearPart.QKV).activationScale())
        .isEqualTo(0.25);
    // Of another set nothing is known yet.
    LayerScales outliers = finder("auto", STATIC, "outliers").layer(engine);
    assertThat(outliers.of(LinearPart.QKV).activationScale()).isNotEqualTo(0.25);
    assertThat(files()).hasSize(2);
  }

  @Test
  void theSameQuestionHasTheSameAnswer() throws IOException {
    LayerScales first = finder("auto", "smoothquant", "outliers").layer(engine);
    Files.delete(files().get(0));
    assertThat(finder("auto", "smoothquant", "outliers").layer(engine)).isEqualTo(first);
    assertThat(first.of(LinearPart.QKV).smoothing()).isNotEmpty();
    assertThat(first.of(LinearPart.DOWN).smoothing()).isEmpty();
  }

  @Test
  void aFileOfAllLayersIsTakenForAModelAndForItsFirstLayer() throws IOException {
    List<LayerScales> fitted = finder("auto", STATIC, "auto").model();
    assertThat(fitted).hasSize(2).doesNotHaveDuplicates();
    String file = files().get(0).toString();
    assertThat(finder(file, STATIC, "auto").model()).isEqualTo(fitted);
    assertThat(finder(file, STATIC, "outliers").layer(engine)).isEqualTo(fitted.get(0));
  }

  @Test
  void aFileOfSomethingElseIsRefusedByItsField() throws IOException {
    finder("auto", STATIC, "auto").layer(engine);
    String file = files().get(0).toString();
    assertThatThrownBy(() -> finder(file, "int8-asym/per-tensor/mse", "auto").layer(engine))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining(file + ": strategy is " + STATIC)
        .hasMessageContaining("int8-asym/per-tensor/mse");
    assertThatThrownBy(() -> finder(file, STATIC, "auto").model())
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("layers has 1 where 2 are needed");
    Weights other = Weights.of("", GoldenFolders.path("tiny-llama").toString(), "auto", 7);
    assertThatThrownBy(() -> new ScaleFinder(file, Strategies.parse(STATIC), other).layer(engine))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("model is tiny-qwen2");
  }

  @Test
  void learnedScalesAreNoWorseThanCalibratedOnesAndKept() throws IOException {
    LayerScales learned = finder("auto", "int8-qat/40", "outliers").layer(engine);
    // One for each calibrator besides, the best of which the training starts from.
    assertThat(files()).hasSize(1 + Calibrators.all().size());
    Path file =
        files().stream().filter(f -> f.toString().contains("qat-40")).findFirst().orElseThrow();
    assertThat(CalibrationFile.read(file).notes())
        .containsEntry("qat.steps", "40")
        .containsEntry("qat.engine", "cpu")
        .containsEntry("qat.overflows", "0")
        .containsKeys("qat.start", "qat.loss.before", "qat.loss.after", "qat.step.seconds");
    // Taken from the file, without a training.
    assertThat(finder("auto", "int8-qat/40", "outliers").layer(engine)).isEqualTo(learned);
    for (Calibrator calibrator : Calibrators.all()) {
      String id = "int8-sym/per-tensor/" + calibrator.id();
      LayerScales calibrated = finder("auto", id, "outliers").layer(engine);
      assertThat(error(learned)).as(id).isLessThanOrEqualTo(error(calibrated));
    }
  }

  /** Relative error of the layer over a prompt that neither has seen. */
  private double error(LayerScales scales) {
    Weights weights = Weights.of("", checkpoint, "outliers", 7);
    ModelShape shape = weights.shape();
    double[][] x = new double[100][shape.hidden()];
    TensorSpec input = TensorSpec.input(LayerProblem.PREFILL_INPUT, 100, shape.hidden());
    float[] row = new float[shape.hidden()];
    for (int m = 0; m < x.length; m++) {
      weights.layer().row(input, m, row);
      for (int i = 0; i < row.length; i++) {
        x[m][i] = row[i];
      }
    }
    double[][] expected =
        new ReferenceLayer(shape, LayerTensors.alone(shape), weights.layer())
            .forward(x, new ReferenceCache(1));
    double[][] actual =
        new ReferenceLayer(
                shape,
                LayerTensors.alone(shape),
                weights.layer(),
                Strategies.parse("int8-qat"),
                scales)
            .forward(x, new ReferenceCache(1));
    double error = 0;
    for (int m = 0; m < x.length; m++) {
      for (int i = 0; i < x[m].length; i++) {
        error += Math.pow(actual[m][i] - expected[m][i], 2);
      }
    }
    return error;
  }

  @Test
  void aWholeModelsScalesAreNotLearnedUnasked() {
    assertThatThrownBy(() -> finder("auto", "int8-qat", "auto").model())
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageContaining("calibration=FILE");
  }

  private ScaleFinder finder(String calibration, String strategy, String inputs) {
    return new ScaleFinder(
        calibration, Strategies.parse(strategy), Weights.of("", checkpoint, inputs, 7));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
