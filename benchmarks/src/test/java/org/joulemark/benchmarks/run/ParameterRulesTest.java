package org.joulemark.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.joulemark.benchmarks.work.GoldenFolders;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterRulesTest {
  private final ParameterRules rules = new ParameterRules(EngineCatalogue.installed());

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "model,gpt-9,qwen2.5-7b",
    "strategy,int4,'fp32, tf32, fp16, bf16'",
    "strategy,FP32,'fp32, tf32, fp16, bf16'",
    "sequence,0,from 1 to",
    "sequence,many,from 1 to",
    "context,-1,from 1 to",
    "attention,flash,'auto, own, cudnn'",
    "inputs,uniform,'auto, normal, outliers, tokens'",
    "checkpoint,/nowhere,none",
    "task,piqa,'mmlu, hellaswag, gsm8k, arc-challenge, truthfulqa-mc2'",
    "depth,half,'model, layer'",
    "items,none,from 1 to",
    "bucket,0,from 1 to",
    "decoded,-1,from 0 to"
  })
  void refusesWithTheValidChoices(String parameter, String value, String choice) {
    assertThatThrownBy(() -> rules.check(parameter, value))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(parameter + "=" + value)
        .hasMessageContaining(choice)
        .hasMessageEndingWith(".");
  }

  @ParameterizedTest
  @CsvSource({
    "model,bloomz-7b1",
    "strategy,bf16",
    "sequence,2048",
    "context,1",
    "attention,cudnn",
    "inputs,outliers",
    "calibration,auto",
    "strategy,int8-asym/per-tensor/entropy",
    "checkpoint,none",
    "task,gsm8k",
    "depth,layer",
    "items,all",
    "items,auto",
    "decoded,auto",
    "decoded,0",
    "scores,published"
  })
  void accepts(String parameter, String value) {
    assertThatCode(() -> rules.check(parameter, value)).doesNotThrowAnyException();
  }

  @Test
  void aCalibrationIsReadBeforeAnythingRuns() throws IOException {
    Path file = Files.writeString(folder.resolve("c.json"), "{\"format\":7}");
    assertThatThrownBy(() -> rules.check("calibration", file.toString()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("format");
    assertThatThrownBy(() -> rules.check("calibration", "/nowhere.json"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("/nowhere.json: there is no such file");
  }

  @Test
  void aCheckpointIsOpenedBeforeAnythingRuns() throws IOException {
    Path golden = GoldenFolders.path("tiny-qwen2");
    assertThatCode(() -> rules.check("checkpoint", golden.toString())).doesNotThrowAnyException();
    Files.copy(golden.resolve("config.json"), folder.resolve("config.json"));
    assertThatThrownBy(() -> rules.check("checkpoint", folder.toString()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("model.safetensors");
  }
}
