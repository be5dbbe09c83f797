package org.joulemark.harness.energy.nvml;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Builds a libnvidia-ml.so of our own from C, with GPUs that follow a script. Without a C compiler
 * the tests that need it are skipped, and say so.
 */
public final class FakeNvml {
  private FakeNvml() {}

  /** The library with all functions, following these lines. */
  public static Path build(Path folder, String... script) throws IOException, InterruptedException {
    return compile(folder, List.of(), script);
  }

  /** The library as a driver older than Volta's counter has it. */
  public static Path buildOld(Path folder, String... script)
      throws IOException, InterruptedException {
    return compile(folder, List.of("-DOLD_DRIVER"), script);
  }

  private static Path compile(Path folder, List<String> flags, String... script)
      throws IOException, InterruptedException {
    assumeTrue(
        hasCompiler(),
        "skipped: no C compiler (cc) on this host, so the fake NVML library cannot be built");
    // A loaded library is known to the system by its file, and stays loaded: the file must stay
    // too, or its number may go to the next test's file, which would then not be loaded at all.
    Path kept = Files.createTempDirectory("fake-nvml");
    kept.toFile().deleteOnExit();
    Path source = folder.resolve("fake_nvml.c");
    try (InputStream in =
        Objects.requireNonNull(FakeNvml.class.getResourceAsStream("/nvml/fake_nvml.c"))) {
      Files.write(source, in.readAllBytes());
    }
    Path library = kept.resolve("libnvidia-ml-fake.so");
    // JNA loads libraries for everybody to see; each must still call its own functions only.
    List<String> command =
        new ArrayList<>(List.of("cc", "-O1", "-shared", "-fPIC", "-Wall", "-Wl,-Bsymbolic"));
    command.addAll(flags);
    command.addAll(List.of("-o", library.toString(), source.toString(), "-ldl", "-lm"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException("cc failed: " + output);
    }
    Path lines = kept.resolve("libnvidia-ml-fake.so.script");
    Files.writeString(lines, String.join("\n", script) + "\n");
    library.toFile().deleteOnExit();
    lines.toFile().deleteOnExit();
    return library;
  }

  private static boolean hasCompiler() throws InterruptedException {
    try {
      Process process = new ProcessBuilder("cc", "--version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      // The usual way of finding that a program is not there.
      return false;
    }
  }
}
