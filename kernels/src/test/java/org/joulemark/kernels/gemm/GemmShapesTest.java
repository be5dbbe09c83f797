package org.joulemark.kernels.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GemmShapesTest {
  private final GemmShapes shapes = new GemmShapes(ModelCatalogue.standard());

  @ParameterizedTest
  @CsvSource({
    "square-1024, auto, 1024, 1024, 1024",
    "square-7, 3, 3, 7, 7",
    "qwen2.5-7b/qkv, 2048, 2048, 4608, 3584",
    "qwen2.5-7b/gate_up, 16, 16, 37888, 3584",
    "qwen2.5-7b/down, 1, 1, 3584, 18944",
    "mistral-7b-v0.2/qkv, auto, 2048, 6144, 4096",
    "bloomz-7b1/up, 64, 64, 16384, 4096"
  })
  void resolvesNames(String name, String tokens, int m, int n, int k) {
    assertThat(shapes.resolve(name, tokens, 1)).isEqualTo(new GemmShape(name, 1, m, n, k));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nope",
        "square-",
        "square-0",
        "square--4",
        "square-9999999",
        "qwen2.5-7b/",
        "/qkv",
        "yi-6b/up",
        ""
      })
  void refusesUnknownNamesInOneSentence(String name) {
    assertThatThrownBy(() -> shapes.resolve(name, "auto", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("shape=" + name + " is")
        .hasMessageEndingWith(".");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "0", "1.5", "many", "99999999999"})
  void refusesBadTokens(String tokens) {
    assertThatThrownBy(() -> shapes.resolve("square-64", tokens, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokens=" + tokens)
        .hasMessageContaining("1 to ");
  }

  @Test
  void everyListedShapeResolvesToItself() {
    for (GemmShape shape : shapes.list("auto")) {
      assertThat(shapes.resolve(shape.name(), Integer.toString(shape.m()), 1)).isEqualTo(shape);
    }
  }

  @Test
  void countsFlopsAndBytesWithoutOverflow() {
    GemmShape shape = new GemmShape("x", 2, 100_000, 200_000, 300_000);
    assertThat(shape.flops()).isEqualTo(2.0 * 2 * 1e5 * 2e5 * 3e5);
    assertThat(shape.bytes(Precision.INT8))
        .isEqualTo(2 * (1e5 * 3e5 + 2e5 * 3e5) + 2 * 4.0 * 1e5 * 2e5);
  }
}
