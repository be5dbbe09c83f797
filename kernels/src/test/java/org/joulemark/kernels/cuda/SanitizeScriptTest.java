package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code sanitize.sh} makes of what compute-sanitizer prints: a program of that name stands on
 * the path and prints what the test gave it for the tool.
 */
class SanitizeScriptTest {
  private static final Path SCRIPT = Path.of("src/test/sh/sanitize.sh").toAbsolutePath();

  private static final String STAND_IN =
      """
      #!/usr/bin/env bash
      echo "${CUDA_VISIBLE_DEVICES:-every GPU}: $*" >>"$FOLDER/calls"
      cat "$FOLDER/$2"
      [ ! -e "$FOLDER/$2.slow" ] || exec sleep 60
      exit "$(cat "$FOLDER/$2.code")"
      """;

  private static final String PASSED =
      """
      passed        0.100 s  layer a: relative error 1e-6.
      passed        0.200 s  layer b: relative error 1e-6.
      """;
  private static final String ALL_PASSED = PASSED + "2 passed, 0 failed, 0 unsupported\n";
  private static final String NOTHING = "========= ERROR SUMMARY: 0 errors\n";
  private static final String NO_RACES =
      "========= RACECHECK SUMMARY: 0 hazards displayed (0 errors, 0 warnings)\n";
  private static final String RACE_OF_A_LIBRARY =
      """
      ========= Error: Race reported between Read access at nvjet_sm90_tst_96x128_64x7_1x4_h_bx_TNN+0xa50
      =========     and Write access at nvjet_sm90_tst_96x128_64x7_1x4_h_bx_TNN+0x5550 [480 hazards]
      =========     and Write access at nvjet_sm90_tst_96x128_64x7_1x4_h_bx_TNN+0x5560 [20 hazards]
      =========
      """;
  private static final String RACE_OF_OURS =
      """
      ========= Error: Race reported between Write access at decode_combine+0x120
      =========     and Read access at decode_combine+0x250 [7 hazards]
      =========
      """;

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void standIn() throws IOException {
    Needs.that(Files.isExecutable(Path.of("/usr/bin/env")), "no shell is here to run a script");
    Path program = Files.writeString(folder.resolve("compute-sanitizer"), STAND_IN);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    prints("memcheck", 0, ALL_PASSED + NOTHING);
    prints("racecheck", 0, ALL_PASSED + NO_RACES);
  }

  private void prints(String tool, int code, String text) throws IOException {
    Files.writeString(folder.resolve(tool), text);
    Files.writeString(folder.resolve(tool + ".code"), Integer.toString(code));
  }

  private record Ended(int code, List<String> output) {}

  private Ended run(Map<String, String> environment, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", SCRIPT.toString()));
    command.addAll(List.of("-j", "1", "-o", folder.resolve("out").toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("--", "java", "-jar", "benchmarks.jar"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeAll(List.of("TOOLS", "ONLY", "ENGINE", "CUDA_VISIBLE_DEVICES"));
    builder.environment().put("FOLDER", folder.toString());
    builder.environment().merge("PATH", folder.toString(), (path, ours) -> ours + ":" + path);
    builder.environment().putAll(environment);
    Process process = builder.start();
    List<String> output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Ended(process.exitValue(), output);
  }

  @Test
  void nothingFoundIsGood() throws IOException, InterruptedException {
    Ended ended = run(Map.of());
    assertThat(ended.output)
        .anyMatch(line -> line.matches("memcheck +part +1 of 1 +good +exit +0 .*2 passed, 0 fai.*"))
        .anyMatch(line -> line.matches("racecheck +part +1 of 1 +good +exit +0 .*0 hazards .*"));
    assertThat(ended.code).isZero();
  }

  @Test
  void memcheckLeavesTheLibrariesOutAndRacecheckRunsFewChecks()
      throws IOException, InterruptedException {
    run(Map.of());
    List<String> calls = Files.readAllLines(folder.resolve("calls"));
    assertThat(calls)
        .hasSize(2)
        .allMatch(call -> call.startsWith("every GPU: "))
        .anyMatch(
            call ->
                call.contains("--tool memcheck")
                    && call.contains(" --kernel-name-exclude kns=nvjet ")
                    && call.contains(" --kernel-name-exclude kns=cudnn ")
                    && call.contains(" java -jar benchmarks.jar selftest --engine cuda ")
                    && call.contains(" --only layer ")
                    && call.endsWith(" --part 1/1"))
        .anyMatch(
            call ->
                call.contains("--tool racecheck")
                    && call.contains("--print-limit 0")
                    && !call.contains("--kernel-name-exclude")
                    && call.contains(" --covering ")
                    && !call.contains("--only"));
  }

  @Test
  void partsTakeTurnsOnTheGpus() throws IOException, InterruptedException {
    run(Map.of("TOOLS", "memcheck", "CUDA_VISIBLE_DEVICES", "4,6"), "-j", "3");
    assertThat(Files.readAllLines(folder.resolve("calls")))
        .hasSize(3)
        .anyMatch(call -> call.startsWith("4: ") && call.endsWith(" --part 1/3"))
        .anyMatch(call -> call.startsWith("6: ") && call.endsWith(" --part 2/3"))
        .anyMatch(call -> call.startsWith("4: ") && call.endsWith(" --part 3/3"));
  }

  @Test
  void reportsThatContradictThemselvesAreCountedAndNotGood()
      throws IOException, InterruptedException {
    prints(
        "memcheck",
        99,
        """
        ========= Invalid __global__ write of size 4 bytes
        =========     at quantize_rows_sym+0x83e0
        =========     by thread (0,0,0) in block (8,0,0)
        =========     Access to 0x7f24d7844f20 is out of bounds
        =========     and is inside the nearest allocation at 0x7f24d7800000 of size 337,408 bytes
        =========
        """
            + PASSED
            + "2 passed, 1 failed, 0 unsupported\n========= ERROR SUMMARY: 1 error\n");
    Ended ended = run(Map.of("TOOLS", "memcheck"));
    assertThat(ended.output)
        .anyMatch(
            line ->
                line.matches("memcheck +part +1 of 1 +BAD +exit +99 .*1 failed.*")
                    && line.contains("SUMMARY: 1 error; 1 reports contradict themselves"));
    assertThat(ended.code).isOne();
  }

  @Test
  void racesInTheLibrariesAreCountedAndGood() throws IOException, InterruptedException {
    prints(
        "racecheck",
        99,
        RACE_OF_A_LIBRARY
            + ALL_PASSED
            + RACE_OF_A_LIBRARY
            + "========= RACECHECK SUMMARY: 1000 hazards displayed (2 errors, 0 warnings)\n");
    Ended ended = run(Map.of());
    assertThat(ended.output)
        .anyMatch(
            line ->
                line.contains(" good ")
                    && line.contains(
                        "2 passed, 0 failed, 0 unsupported; 2 races (1000 hazards) in"
                            + " kernels of the libraries"));
    assertThat(ended.code).isZero();
  }

  @Test
  void aRaceInAKernelOfOursIsBad() throws IOException, InterruptedException {
    prints(
        "racecheck",
        99,
        RACE_OF_A_LIBRARY
            + RACE_OF_OURS
            + ALL_PASSED
            + "========= RACECHECK SUMMARY: 507 hazards displayed (1 error, 1 warning)\n");
    Ended ended = run(Map.of());
    assertThat(ended.output)
        .anyMatch(
            line ->
                line.contains(" BAD ")
                    && line.contains(
                        "1 races (7 hazards) IN OUR KERNELS, 1 in those of the libraries"));
    assertThat(ended.code).isEqualTo(1);
  }

  @Test
  void aRaceBetweenALibraryAndOursIsBad() throws IOException, InterruptedException {
    prints(
        "racecheck",
        99,
        RACE_OF_A_LIBRARY.replace("nvjet_sm90_tst_96x128_64x7_1x4_h_bx_TNN+0x5560", "swiglu+0x10")
            + ALL_PASSED
            + "========= RACECHECK SUMMARY: 500 hazards displayed (1 error, 0 warnings)\n");
    Ended ended = run(Map.of());
    assertThat(ended.output).anyMatch(line -> line.contains("IN OUR KERNELS"));
    assertThat(ended.code).isEqualTo(1);
  }

  @Test
  void whatIsPrintedWithinARaceHidesNoEndOfIt() throws IOException, InterruptedException {
    prints(
        "racecheck",
        99,
        RACE_OF_A_LIBRARY.replace(
                "=========     and Write access at nvjet_sm90_tst_96x128_64x7_1x4_h_bx_TNN+0x5560",
                "passed        0.1 s  layer c: fine\n=========     and Write access at gelu+0x5560")
            + ALL_PASSED
            + "========= RACECHECK SUMMARY: 500 hazards displayed (1 error, 0 warnings)\n");
    Ended ended = run(Map.of());
    assertThat(ended.output)
        .anyMatch(line -> line.contains("1 races (500 hazards) IN OUR KERNELS"));
    assertThat(ended.code).isEqualTo(1);
  }

  @Test
  void aRaceThatTheScriptCannotReadIsBad() throws IOException, InterruptedException {
    prints(
        "racecheck",
        99,
        RACE_OF_A_LIBRARY
            + ALL_PASSED
            + "========= RACECHECK SUMMARY: 1000 hazards displayed (2 errors, 0 warnings)\n");
    Ended ended = run(Map.of());
    assertThat(ended.output).anyMatch(line -> line.contains("but the summary speaks of 2"));
    assertThat(ended.code).isEqualTo(1);
  }

  @Test
  void aPartThatIsKilledSaysHowFarItCame() throws IOException, InterruptedException {
    prints("racecheck", 0, PASSED + RACE_OF_A_LIBRARY);
    Files.createFile(folder.resolve("racecheck.slow"));
    Ended ended = run(Map.of(), "-t", "1");
    assertThat(ended.output)
        .anyMatch(line -> line.startsWith("memcheck ") && line.contains(" good "))
        .anyMatch(
            line ->
                line.startsWith("racecheck ")
                    && line.contains(" BAD ")
                    && line.contains("KILLED after its limit of 1 s, 2 checks had passed")
                    && line.endsWith("1 races (500 hazards) in kernels of the libraries"));
    assertThat(ended.code).isEqualTo(1);
  }

  @Test
  void whatMemcheckFindsIsBad() throws IOException, InterruptedException {
    prints(
        "memcheck",
        99,
        "========= Invalid __global__ read of size 4 bytes\n"
            + "=========     at gelu+0x80\n"
            + ALL_PASSED
            + "========= ERROR SUMMARY: 1 error\n");
    Ended ended = run(Map.of());
    assertThat(ended.output)
        .anyMatch(line -> line.contains(" BAD ") && line.contains("ERROR SUMMARY: 1 error"));
    assertThat(ended.code).isEqualTo(1);
  }

  @Test
  void aCheckThatFailsIsBad() throws IOException, InterruptedException {
    prints("racecheck", 1, PASSED + "2 passed, 1 failed, 0 unsupported\n" + NO_RACES);
    assertThat(run(Map.of()).code).isEqualTo(1);
  }

  @Test
  void anEndWithoutASummaryIsBad() throws IOException, InterruptedException {
    prints("memcheck", 0, ALL_PASSED);
    assertThat(run(Map.of()).code).isEqualTo(1);
    prints("memcheck", 0, PASSED + NOTHING);
    assertThat(run(Map.of()).code).isEqualTo(1);
    prints("memcheck", 0, ALL_PASSED + "========= Internal Sanitizer Error: none\n" + NOTHING);
    assertThat(run(Map.of()).code).isEqualTo(1);
  }

  @Test
  void noKernelOfOursIsTakenForALibrarys() throws IOException {
    Matcher line =
        Pattern.compile("(?m)^libraries=\"([^\"]+)\"$").matcher(Files.readString(SCRIPT));
    assertThat(line.find()).isTrue();
    List<String> libraries = Arrays.asList(line.group(1).split(" "));
    assertThat(libraries).contains("nvjet", "cudnn");
    assertThat(KernelNames.all())
        .hasSizeGreaterThan(60)
        .noneMatch(name -> libraries.stream().anyMatch(name::contains));
  }
}
