package org.joulemark.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input gets one sentence that names the valid choices, exit code 2, and measures nothing. */
class BadInputIT {
  @TempDir Path folder;

  static Stream<Arguments> badInput() {
    return Stream.of(
        bad("-p precision=FP64", "precision=FP64", "INT8"),
        bad("--preset nope", "nope", "quick, standard, full"),
        bad("-p shape=nope", "shape=nope", "square-<n>"),
        bad("-p shape=qwen2.5-7b/up", "qwen2.5-7b/up", "gate_up"),
        bad("-p tokens=-1", "tokens=-1", "from 1 to"),
        bad("-p batch=0", "batch=0", "from 1 to"),
        bad("-p nonsense=1", "nonsense", "precision"),
        bad("-p engine=tpu", "engine=tpu", "cuda, cpu"),
        bad("--engine tpu", "engine=tpu", "cuda, cpu"),
        bad("-p library=mkl", "library=mkl", "onednn"),
        bad("-p data=ones", "data=ones", "normal"),
        bad("-p epilogue=gelu", "epilogue=gelu", "residual"),
        bad("-p strategy=int7", "strategy=int7", "smoothquant"),
        bad("-p strategy=int8-sym/per-row", "per-row", "per-token"),
        bad("-p calibration=/nowhere.json", "/nowhere.json", "no such file"),
        bad("LayerPrefill -p inputs=tokens", "inputs=tokens", "checkpoint=DIR"),
        bad("--out /proc/nowhere", "/proc/nowhere", "cannot be written"),
        bad("NoSuchBenchmark", "NoSuchBenchmark", "-l"),
        bad("-t 4", "-t 4", "threads"),
        bad("-bm sample", "-bm sample", "avgt"),
        bad("-opi 10", "-opi 10", "batch"),
        bad("--presett quick", "presett", "--help"),
        bad("-f many", "many", "-h"),
        bad("Task -p task=piqa", "task=piqa", "mmlu, hellaswag"),
        bad("Task -p task=nowhere.json", "nowhere.json", "no file"),
        bad("Task -p depth=half", "depth=half", "model, layer"),
        bad("Task -p items=0", "items=0", "from 1 to"),
        bad("Task -p decoded=-1", "decoded=-1", "from 0 to"),
        bad("Task --scores nowhere", "nowhere", "lm-evaluation-harness"),
        bad("Task --grid atlantis", "--grid atlantis", "us gb de"),
        bad("Task --pue 0.5", "--pue 0.5", "1 or more"),
        bad("tasks --results nowhere", "nowhere", "no such file"),
        bad("tasks --draw 3", "--draw", "--task"),
        bad("study --check nowhere", "nowhere", "no such file"),
        bad("shapes --precision FP64", "FP64", "INT8"),
        bad("report", "Name the results", "folder"),
        bad("report nowhere", "nowhere", "no such file"),
        bad("report --format pdf nowhere", "pdf", "html, md, csv, json"),
        bad("report nowhere -o no/such/folder.html", "no/such/folder.html", "folder that exists"),
        bad("selftest --covering --engine cpu", "--covering", "cuda"),
        bad("shapes --tokens 0", "tokens=0", "from 1 to"));
  }

  private static Arguments bad(String commandLine, String named, String choice) {
    return Arguments.of(commandLine, named, choice);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badInput")
  void getsOneSentence(String commandLine, String named, String choice)
      throws IOException, InterruptedException {
    SuiteProcess suite = SuiteProcess.run(folder, commandLine.split(" "));
    assertThat(suite.exitCode()).isEqualTo(2);
    assertThat(suite.err().lines().toList()).as(suite.err()).hasSize(1);
    assertThat(suite.err()).contains(named).contains(choice).doesNotContain("\tat ");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).as("nothing was measured").isEmpty();
    }
  }

  @Test
  void verboseShowsWhereItHappened() throws IOException, InterruptedException {
    SuiteProcess suite = SuiteProcess.run(folder, "--verbose", "-p", "precision=FP64");
    assertThat(suite.exitCode()).isEqualTo(2);
    assertThat(suite.err()).contains("\tat org.joulemark");
  }

  @Test
  void anotherRunThatHoldsTheLockEndsThisOneAtOnce() throws IOException, InterruptedException {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path results = folder.resolve("results");
    try (FileChannel channel =
            FileChannel.open(
                temporary.resolve("jmh.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      assertThat(held.isValid()).isTrue();
      SuiteProcess suite =
          SuiteProcess.runWith(
              "-Djava.io.tmpdir=" + temporary,
              folder,
              ("--engine cpu GemmBenchmark -p shape=square-64 -p precision=FP32,BF16 --out "
                      + results)
                  .split(" "));
      assertThat(suite.exitCode()).as(suite.out()).isEqualTo(2);
      assertThat(suite.err().lines().toList()).as(suite.err()).hasSize(1);
      assertThat(suite.err())
          .contains(temporary.resolve("jmh.lock") + " is held by another JMH run")
          .contains("wait until")
          .contains("-Djmh.ignoreLock=true");
      assertThat(suite.out()).contains("[1/2").doesNotContain("[2/2").doesNotContain("failed");
      assertThat(results.resolve("journal.jsonl")).isEmptyFile();
    }
  }

  @Test
  void aFileIsNoResultsFolder() throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("taken"), "mine");
    SuiteProcess suite =
        SuiteProcess.run(folder, "--out", file.toString(), "-p", "shape=square-64");
    assertThat(suite.exitCode()).isEqualTo(2);
    assertThat(suite.err().lines().toList()).hasSize(1);
    assertThat(Files.readString(file)).isEqualTo("mine");
  }
}
