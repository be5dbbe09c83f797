package org.joulemark.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.joulemark.benchmarks.work.GoldenFolders;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class RunPlannerTest {
  private final EngineCatalogue engines = EngineCatalogue.installed();
  private final OutputFormat out =
      OutputFormatFactory.createFormatInstance(RecordingFormat.nowhere(), VerboseMode.SILENT);

  @Test
  void aPresetFillsWhatTheUserLeavesOpen() {
    List<Configuration> plan = plan("quick");
    assertThat(plan)
        .extracting(configuration -> configuration.params().get("shape"))
        .contains("square-1024", "qwen2.5-7b/gate_up", "bloomz-7b1/up");
    assertThat(plan).doesNotHaveDuplicates();
  }

  @Test
  void whatTheUserNamesWinsAndRepeatsNothing() {
    List<Configuration> plan =
        plan("quick", "-p", "shape=square-64,square-65", "-p", "precision=FP32");
    // Naming the shape replaces the preset's sweeps, so each combination is there once.
    assertThat(plan).hasSize(2);
    assertThat(plan)
        .allSatisfy(
            configuration -> {
              assertThat(configuration.params()).containsEntry("precision", "FP32");
              assertThat(configuration.params().get("shape")).isIn("square-64", "square-65");
            });
  }

  @Test
  void whatTheUserNamesNarrowsThePresetsSweeps() {
    assertThat(plan("quick", "-p", "precision=INT8"))
        .hasSizeGreaterThan(4)
        .allSatisfy(
            configuration -> assertThat(configuration.params()).containsEntry("precision", "INT8"));
  }

  @Test
  void resultsNameWhatRanInsteadOfAuto() {
    assertThat(plan("quick"))
        .allSatisfy(
            configuration ->
                assertThat(configuration.params())
                    .containsEntry("engine", "cpu")
                    .containsEntry("library", "onednn")
                    .doesNotContainEntry("algo", "auto")
                    .doesNotContainEntry("cache", "auto")
                    .doesNotContainEntry("launch", "auto"));
  }

  @Test
  void everyPresetHasAPlanForEveryEngineThatNamesOnlyValidValues() {
    ParameterRules rules = new ParameterRules(engines);
    for (Preset preset : Preset.all().values()) {
      for (EngineProvider provider : engines.providers()) {
        for (Preset.Sweep sweep : planFor(preset, provider).sweeps()) {
          sweep
              .params()
              .forEach((name, values) -> values.forEach(value -> rules.check(name, value)));
        }
      }
    }
  }

  @Test
  void theQuickPresetMeasuresOneLayerOfEachModelOfTheStudy() {
    assertThat(plan("quick"))
        .filteredOn(configuration -> configuration.benchmark().endsWith(".LayerPrefill.pass"))
        .allSatisfy(
            configuration ->
                assertThat(configuration.params())
                    .containsEntry("strategy", "fp32")
                    .containsEntry("sequence", "64")
                    .containsEntry("attention", "own"))
        .extracting(configuration -> configuration.params().get("model"))
        .containsExactlyElementsOf(studyModels());
  }

  @Test
  void everyPresetMeasuresLayersOfEachModelOfTheStudyOnEveryEngine() {
    for (Preset preset : Preset.all().values()) {
      for (EngineProvider provider : engines.providers()) {
        assertThat(planFor(preset, provider).sweeps())
            .filteredOn(sweep -> sweep.benchmark().equals("LayerPrefill.pass"))
            .isNotEmpty()
            .allSatisfy(sweep -> assertThat(sweep.params().get("model")).isEqualTo(studyModels()));
      }
    }
  }

  @Test
  void everySweepNamesABenchmarkAndItsParameters() {
    List<Configuration> all =
        plan(
            "quick", "GemmBenchmark", "LayerPrefill", "LayerDecode", "ModelPrefill", "ModelDecode");
    for (Preset preset : Preset.all().values()) {
      for (Preset.Plan plan : preset.engines().values()) {
        for (Preset.Sweep sweep : plan.sweeps()) {
          assertThat(all)
              .filteredOn(
                  configuration -> configuration.benchmark().endsWith("." + sweep.benchmark()))
              .as(sweep.benchmark())
              .isNotEmpty()
              .allSatisfy(
                  configuration -> assertThat(configuration.params()).containsKeys(keys(sweep)));
        }
      }
    }
  }

  private static String[] keys(Preset.Sweep sweep) {
    return sweep.params().keySet().toArray(String[]::new);
  }

  @Test
  void aParameterThatABenchmarkLacksLeavesItOut() {
    assertThat(plan("quick", "-p", "strategy=fp16"))
        .hasSize(6)
        .allSatisfy(
            configuration ->
                assertThat(configuration.params())
                    .containsEntry("strategy", "fp16")
                    .containsEntry("sequence", "64"));
    assertThat(plan("quick", "-p", "model=yi-6b")).hasSize(1);
  }

  @Test
  void aCheckpointNamesTheModelAndRunsOnce() {
    List<Configuration> plan =
        plan("quick", "-p", "checkpoint=" + GoldenFolders.path("tiny-qwen2"));
    assertThat(plan).hasSize(1);
    assertThat(plan.get(0).params()).containsEntry("model", "tiny-qwen2");
  }

  @Test
  void resultsNameAStrategyByItsCanonicalIdAndWhetherItIsCalibrated() {
    List<Configuration> plan =
        plan("quick", "-p", "strategy=int8-sym/per-tensor", "-p", "model=yi-6b");
    assertThat(plan).hasSize(1);
    assertThat(plan.get(0).params())
        .containsEntry("strategy", "int8-sym/per-tensor/mse")
        .containsEntry("calibration", "auto")
        .containsEntry("inputs", "normal");
    // Two spellings of one strategy run once.
    List<Configuration> once =
        plan("quick", "-p", "strategy=int8-sym,int8-sym/per-token", "-p", "model=yi-6b");
    assertThat(once).hasSize(1);
    assertThat(once.get(0).params())
        .containsEntry("strategy", "int8-sym")
        .containsEntry("calibration", "none");
  }

  @Test
  void inputsAreTokensOfACheckpointWhereThereIsOne() {
    String checkpoint = "checkpoint=" + GoldenFolders.path("tiny-qwen2");
    assertThat(plan("quick", "-p", checkpoint).get(0).params()).containsEntry("inputs", "tokens");
    assertThat(plan("quick", "-p", checkpoint, "-p", "inputs=outliers").get(0).params())
        .containsEntry("inputs", "outliers");
    assertThatThrownBy(() -> plan("quick", "-p", "inputs=tokens"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("checkpoint=DIR");
  }

  @Test
  void refusesAModelBesideACheckpoint() {
    String checkpoint = "checkpoint=" + GoldenFolders.path("tiny-qwen2");
    assertThatThrownBy(() -> plan("quick", "-p", "model=yi-6b", "-p", checkpoint))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("model=")
        .hasMessageContaining("checkpoint=");
  }

  private static List<String> studyModels() {
    return ModelCatalogue.standard().models().stream()
        .filter(ModelShape::study)
        .map(ModelShape::id)
        .toList();
  }

  private static Preset.Plan planFor(Preset preset, EngineProvider provider) {
    return Objects.requireNonNull(preset.engines().get(provider.name()), provider.name());
  }

  @Test
  void refusesAParameterThatNoBenchmarkHas() {
    assertThatThrownBy(() -> plan("quick", "-p", "colour=red"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("colour")
        .hasMessageContaining("precision");
  }

  private List<Configuration> plan(String preset, String... jmhArguments) {
    CommandLine line = CommandLine.parse(List.of(jmhArguments));
    EngineProvider cpu =
        engines.providers().stream()
            .filter(provider -> provider.name().equals("cpu"))
            .findFirst()
            .orElseThrow();
    return new RunPlanner(line.options(), line.parameters(), new ParameterRules(engines))
        .plan(planFor(Preset.named(preset), cpu), cpu, out);
  }
}
