package org.joulemark.benchmarks.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of the finished jar as users start it.
 *
 * @param exitCode of the process
 * @param out what it printed
 * @param err what it complained
 */
record SuiteProcess(int exitCode, String out, String err) {

  /** Runs {@code java -jar benchmarks.jar} with {@code arguments} in {@code folder}. */
  static SuiteProcess run(Path folder, String... arguments)
      throws IOException, InterruptedException {
    // Tests run side by side.
    return runWith("-Djmh.ignoreLock=true", folder, arguments);
  }

  /** The same with an option of java's own. */
  static SuiteProcess runWith(String javaOption, Path folder, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(javaOption);
    command.add("-jar");
    command.add(System.getProperty("joulemark.jar"));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("joulemark", ".out");
    Path err = Files.createTempFile("joulemark", ".err");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("still running after five minutes: " + command);
    }
    return new SuiteProcess(process.exitValue(), read(out), read(err));
  }

  private static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      Files.delete(file);
    }
  }
}
