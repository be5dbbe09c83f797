package org.joulemark.harness.energy.nvml;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Builds a libnvidia-ml.so of our own from C, with GPUs that follow a script. Without a C compiler
 * the tests that need it are skipped, and say so.
 */
public final class FakeNvml {
  private static final Map<List<String>, Path> COMPILED = new HashMap<>();

  private FakeNvml() {}

  /** The library with all functions, following these lines. */
  public static Path build(String... script) throws IOException, InterruptedException {
    return scripted(List.of(), script);
  }

  /** The library as a driver older than Volta's counter has it. */
  public static Path buildOld(String... script) throws IOException, InterruptedException {
    return scripted(List.of("-DOLD_DRIVER"), script);
  }

  /** From now on all GPUs draw this power; only while a window on the library is open. */
  static void draw(Path library, double watts) {
    loaded(library).getFunction("fake_draw").invokeVoid(new Object[] {watts});
  }

  /**
   * What the script would do at an instant of the clock happens now, such as {@code lost_at}, or
   * {@code 1.lost_at} for GPU 1; until the library is opened again.
   */
  static void happens(Path library, String key) {
    loaded(library).getFunction("fake_happens").invokeVoid(new Object[] {key});
  }

  /** How often the telemetry has looked at that GPU. */
  static int looks(Path library, int gpu) {
    return loaded(library).getFunction("fake_looks").invokeInt(new Object[] {gpu});
  }

  private static NativeLibrary loaded(Path library) {
    // JNA gives the instance that is loaded already.
    return NativeLibrary.getInstance(library.toString());
  }

  private static Path scripted(List<String> flags, String... script)
      throws IOException, InterruptedException {
    assumeTrue(
        hasCompiler(),
        "skipped: no C compiler (cc) on this host, so the fake NVML library cannot be built");
    // A loaded library is known to the system by its file, and stays loaded: the file must stay
    // too, or its number may go to the next test's file, which would then not be loaded at all.
    Path kept = keptFolder();
    Path library = kept.resolve("libnvidia-ml-fake.so");
    Files.copy(compiled(flags), library);
    Path lines = kept.resolve("libnvidia-ml-fake.so.script");
    Files.writeString(lines, String.join("\n", script) + "\n");
    library.toFile().deleteOnExit();
    lines.toFile().deleteOnExit();
    return library;
  }

  private static Path keptFolder() throws IOException {
    Path kept = Files.createTempDirectory("fake-nvml");
    kept.toFile().deleteOnExit();
    return kept;
  }

  /** Compiled once; every test copies it, because each needs a library of its own. */
  private static synchronized Path compiled(List<String> flags)
      throws IOException, InterruptedException {
    Path before = COMPILED.get(flags);
    if (before != null) {
      return before;
    }
    Path kept = keptFolder();
    Path source = kept.resolve("fake_nvml.c");
    source.toFile().deleteOnExit();
    try (InputStream in =
        Objects.requireNonNull(FakeNvml.class.getResourceAsStream("/nvml/fake_nvml.c"))) {
      Files.write(source, in.readAllBytes());
    }
    Path library = kept.resolve("compiled.so");
    library.toFile().deleteOnExit();
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
    COMPILED.put(flags, library);
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
