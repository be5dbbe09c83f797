package org.joulemark.kernels.quant.strategy;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrategiesTest {

  @Test
  void everyListedNameIsAStrategyWithThatId() {
    for (Strategies.Entry entry : Strategies.list()) {
      Strategy strategy = Strategies.parse(entry.name());
      assertEquals(entry.name(), strategy.id());
      assertEquals(entry.definition(), strategy.definition());
    }
  }

  @Test
  void namesAreUnique() {
    long distinct = Strategies.list().stream().map(Strategies.Entry::name).distinct().count();
    assertEquals(Strategies.list().size(), distinct);
  }

  @ParameterizedTest
  @CsvSource({
    "int8-sym/per-token, int8-sym",
    "int8-sym/per-tensor, int8-sym/per-tensor/mse",
    "int8-asym/per-tensor/entropy, int8-asym/per-tensor/entropy",
    "fp8/per-tensor/minmax, fp8/per-tensor/minmax",
    "smoothquant/0.5, smoothquant/0.5",
    "llm-int8/6, llm-int8/6.0",
    "int8-qat/128, int8-qat",
    "int8-qat/20, int8-qat/20",
  })
  void oneStrategyHasOneIdThatReadsBack(String id, String canonical) {
    Strategy strategy = Strategies.parse(id);
    assertEquals(canonical, strategy.id());
    assertEquals(strategy, Strategies.parse(canonical));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int9",
        "fp16/fast",
        "int8-sym/per-channel",
        "int8-sym/per-token/mse",
        "int8-sym/per-tensor/best",
        "smoothquant/0",
        "smoothquant/1.5",
        "smoothquant/x",
        "llm-int8/-6",
        "int8-qat/0",
        "int8-qat/1.5",
        "",
        "int8-sym/",
      })
  void whatIsNotKnownIsRefusedInOneSentence(String id) {
    assertThatThrownBy(() -> Strategies.parse(id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("strategy=")
        .hasMessageEndingWith(".");
  }

  @Test
  void onlyPlainStrategiesArePlain() {
    for (Strategies.Entry entry : Strategies.list()) {
      Strategy strategy = Strategies.parse(entry.name());
      assertEquals(
          strategy.linear() instanceof LinearScheme.Plain && !strategy.int8Cache(),
          strategy.isPlain());
    }
    assertFalse(Strategies.parse("kv-int8").isPlain());
  }

  @ParameterizedTest
  @CsvSource({
    "tf32, TF32",
    "int8-asym/per-tensor, INT8",
    "fp8, FP8_E4M3",
    "w4a16, FP16",
    "kv-int8, FP16",
    "dynamic, INT8",
  })
  void workIsHeldAgainstTheRateOfWhatItMultipliesIn(String id, Precision multiplies) {
    assertEquals(multiplies, Strategies.parse(id).multiplies());
  }

  /**
   * A group's scale and zero point are a sixteenth of its codes; a channel's are next to nothing.
   */
  @ParameterizedTest
  @CsvSource({"fp32, 4", "fp16, 2", "int8-sym, 1", "fp8, 1", "w8a16, 1", "w4a16, 0.53125"})
  void aWeightTakesItsCodeAndItsShareOfAGroup(String id, double bytes) {
    assertEquals(bytes, Strategies.parse(id).weightBytes());
  }
}
