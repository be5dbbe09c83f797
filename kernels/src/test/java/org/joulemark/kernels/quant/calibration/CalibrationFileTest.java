package org.joulemark.kernels.quant.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrationFileTest {
  private static final Calibration CALIBRATION =
      new Calibration(
          "yi-6b",
          "seeded",
          "int8-asym/per-tensor/mse",
          "outliers",
          64,
          -7,
          List.of(
              new LayerScales(
                  Map.of(
                      LinearPart.QKV,
                      new PartScales(
                          0.1f / 3, -128, new float[] {1 / 3f, 1e-30f}, new float[] {1e30f}),
                      LinearPart.DOWN,
                      new PartScales(2, 0, new float[0], new float[0]))),
              new LayerScales(Map.of(LinearPart.OUTPUT, PartScales.NONE))),
          Map.of("qat.steps", "128", "qat.loss.after", "0.001"));

  @TempDir Path folder;

  @Test
  void whatIsReadIsWhatWasWrittenBitByBit() {
    Path file = folder.resolve("new").resolve("c.json");
    CalibrationFile.write(CALIBRATION, file);
    CalibrationFile.write(CALIBRATION, file);
    assertThat(CalibrationFile.read(file)).isEqualTo(CALIBRATION);
    assertThat(folder.resolve("new")).isDirectoryNotContaining("glob:**.partial");
  }

  @Test
  void anotherSeedIsAnotherQuestion() {
    Calibration other =
        new Calibration(
            "yi-6b", "seeded", CALIBRATION.strategy(), "outliers", 64, 8, CALIBRATION.layers());
    assertThat(CALIBRATION.sameQuestion(other)).isFalse();
    assertThat(
            CALIBRATION.sameQuestion(
                new Calibration(
                    "yi-6b",
                    "seeded",
                    CALIBRATION.strategy(),
                    "outliers",
                    64,
                    -7,
                    List.of(LayerScales.NONE))))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"joulemark-calibration/1\" | \"other/2\" | format is other/2",
        "\"yi-6b\" | 7 | model is missing or not a text",
        "\"tokens\":64 | \"tokens\":0 | tokens is missing or not a whole number",
        "\"seed\":-7 | \"seed\":1.5 | seed is missing or not a whole number",
        "-128 | -129 | layers[0].qkv.activationZeroPoint",
        "\"activationScale\":2.0 | \"activationScale\":0 | layers[0].down.activationScale is not a positive number (0)",
        "\"activationScale\":2.0 | \"activationScale\":1e-60 | layers[0].down.activationScale is not a positive",
        "\"activationScale\":2.0 | \"activationScale\":\"x\" | layers[0].down.activationScale is not a positive",
        "1.0E-30 | null | layers[0].qkv.weightScales[1] is not a positive number (null)",
        "\"smoothing\":[ | \"smoothing\":[-1, | layers[0].qkv.smoothing[0]",
        "\"qkv\" | \"kqv\" | layers[0].kqv is no linear part",
        "\"qat.steps\":\"128\" | \"qat.steps\":128 | notes.qat.steps is not a text",
        "\"notes\":{ | \"notes\":7,\"x\":{ | notes is not an object",
        "\"layers\":[ | \"layers\":{},\"x\":[ | layers is not a list",
        "\"layers\":[ | \"layers\":[3, | layers[0] is not an object",
        "\"layers\":[ | \"layers\":[[ | it is not valid JSON at line 1",
        "\"tokens\" | \"seed\" | it is not valid JSON at line 1 (Duplicate",
      })
  void whatIsBrokenIsNamedByFileAndField(String good, String bad, String complaint)
      throws IOException {
    Path file = folder.resolve("c.json");
    CalibrationFile.write(CALIBRATION, file);
    String text = Files.readString(file);
    assertThat(text).contains(good);
    Files.writeString(file, text.replace(good, bad));
    assertThatThrownBy(() -> CalibrationFile.read(file))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(complaint);
  }

  @Test
  void aFileThatIsNotThereOrCutOffIsNamed() throws IOException {
    Path missing = folder.resolve("none.json");
    assertThatThrownBy(() -> CalibrationFile.read(missing))
        .isInstanceOf(CalibrationException.class)
        .hasMessage("calibration " + missing + ": there is no such file.");
    Path file = folder.resolve("c.json");
    CalibrationFile.write(CALIBRATION, file);
    String text = Files.readString(file);
    for (int length : new int[] {0, 1, 40, text.length() - 1}) {
      Files.writeString(file, text.substring(0, length));
      assertThatThrownBy(() -> CalibrationFile.read(file))
          .isInstanceOf(CalibrationException.class)
          .hasMessageContaining(file.toString());
    }
    assertThatThrownBy(() -> CalibrationFile.write(CALIBRATION, file.resolve("below")))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("cannot be written");
  }
}
