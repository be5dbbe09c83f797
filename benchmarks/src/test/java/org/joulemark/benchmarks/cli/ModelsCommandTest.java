package org.joulemark.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ModelsCommandTest {

  @Test
  void aModelTakesWhatAnEngineHoldsOfItInEachPrecision() {
    StringWriter out = new StringWriter();
    assertThat(new CommandLine(new ModelsCommand()).setOut(new PrintWriter(out)).execute())
        .isZero();
    // 6.5 billion parameters in INT8, and an embedding and a head of 0.5 billion each in FP16.
    assertThat(out.toString().lines())
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("qwen2.5-7b ")
                    .contains("7,615,616,512")
                    .containsPattern(" 30\\.5 +15\\.2 +8\\.7 "));
  }
}
