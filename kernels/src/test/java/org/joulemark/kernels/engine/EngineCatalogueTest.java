package org.joulemark.kernels.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EngineCatalogueTest {
  private static final Finding HERE = Finding.ok("everything", "is here");
  private static final Finding GONE =
      Finding.missing("driver", "libcuda.so.1 was not found", "install the NVIDIA driver");

  @Test
  void autoTakesThePreferredEngineThatCanBeOpened() {
    EngineCatalogue catalogue =
        new EngineCatalogue(List.of(provider("slow", 1, HERE), provider("fast", 9, HERE)));
    assertThat(catalogue.choose("auto").provider().name()).isEqualTo("fast");
  }

  @Test
  void autoSaysWhyItDidNotTakeABetterOne() {
    EngineCatalogue catalogue =
        new EngineCatalogue(List.of(provider("slow", 1, HERE), provider("fast", 9, GONE)));
    EngineCatalogue.Choice choice = catalogue.choose("auto");
    assertThat(choice.provider().name()).isEqualTo("slow");
    assertThat(choice.reason())
        .contains("fast")
        .contains("libcuda.so.1")
        .contains("install the NVIDIA driver");
  }

  @Test
  void anEngineAskedForByNameNeverFallsBack() {
    EngineCatalogue catalogue =
        new EngineCatalogue(List.of(provider("slow", 1, HERE), provider("fast", 9, GONE)));
    assertThatThrownBy(() -> catalogue.choose("fast"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("install the NVIDIA driver");
  }

  @Test
  void anAbsentExtraDoesNotKeepAnEngineFromOpening() {
    Finding extra = Finding.absent("cuDNN", "not found", "install it");
    assertThat(
            new EngineCatalogue(List.of(provider("fast", 9, HERE, extra)))
                .choose("fast")
                .provider()
                .name())
        .isEqualTo("fast");
  }

  @Test
  void namesTheEnginesThatExist() {
    EngineCatalogue catalogue = new EngineCatalogue(List.of(provider("slow", 1, HERE)));
    assertThatThrownBy(() -> catalogue.choose("tpu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tpu")
        .hasMessageContaining("auto, slow");
  }

  @Test
  void withNothingThatCanBeOpenedItSaysEveryReason() {
    EngineCatalogue catalogue =
        new EngineCatalogue(List.of(provider("slow", 1, GONE), provider("fast", 9, GONE)));
    assertThatThrownBy(() -> catalogue.choose("auto"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("The slow engine")
        .hasMessageContaining("The fast engine");
  }

  private static EngineProvider provider(String name, int preference, Finding... findings) {
    return new EngineProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public int preference() {
        return preference;
      }

      @Override
      public List<Finding> examine() {
        return List.of(findings);
      }

      @Override
      public GemmOptions gemmDefaults(String library) {
        return new GemmOptions("library", "heuristic", "hot", "direct");
      }

      @Override
      public LayerOptions layerDefaults() {
        return new LayerOptions("library", "heuristic", "own", "direct");
      }

      @Override
      public Engine open(EngineOptions options) {
        throw new EngineException("nothing to open in this test");
      }
    };
  }
}
