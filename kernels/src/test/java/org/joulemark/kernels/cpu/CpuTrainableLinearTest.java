package org.joulemark.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.qat.LinearGradientCheck;
import org.joulemark.kernels.quant.definition.WeightRows;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products and derivatives on this machine's CPU against the FP64 definition. */
class CpuTrainableLinearTest {
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = new CpuEngineProvider().open(EngineOptions.DEFAULT);
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, true",
    "64, 32, 8, false",
    "7, 129, 5, true",
    "130, 33, 64, true",
    "97, 250, 1, false"
  })
  void equalsTheDefinition(int rows, int columns, int tokens, boolean factors) {
    LinearGradientCheck check = new LinearGradientCheck(rows, columns, tokens, factors);
    try (TrainableLinear linear = engine.trainable(check.weight(), tokens)) {
      assertThat(check.compare(linear, 1e-5)).contains("relative error");
    }
  }

  @Test
  void moreTokensThanPlannedAreRefused() {
    LinearGradientCheck check = new LinearGradientCheck(4, 4, 2, false);
    try (TrainableLinear linear = engine.trainable(check.weight(), 2)) {
      assertThatThrownBy(() -> linear.plain(new double[3][4]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("3 rows are more than the 2 that this part was prepared for");
    }
  }

  @Test
  void whatDoesNotFitIsUnsupported() {
    WeightRows huge =
        new WeightRows() {
          @Override
          public int rows() {
            return 1 << 30;
          }

          @Override
          public int columns() {
            return 1 << 20;
          }

          @Override
          public void row(int row, float[] into) {
            throw new AssertionError("no row is asked for");
          }
        };
    assertThatThrownBy(() -> engine.trainable(huge, 1))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageContaining("GB");
  }
}
