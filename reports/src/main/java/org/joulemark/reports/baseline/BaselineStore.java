package org.joulemark.reports.baseline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.joulemark.harness.platform.Environment;
import org.joulemark.reports.result.Refusal;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultSet;

/** A folder of baselines: one folder each, with copies of the files of a run. */
public final class BaselineStore {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

  private final Path folder;

  /** The baselines in {@code folder}, which need not exist yet. */
  public BaselineStore(Path folder) {
    this.folder = folder;
  }

  /**
   * Where a user's data belong on this operating system: {@code $XDG_DATA_HOME} or {@code
   * ~/.local/share} on Linux, {@code ~/Library/Application Support} on macOS, {@code
   * %LOCALAPPDATA%} on Windows, and there {@code joulemark/baselines}.
   *
   * @param environment the process's environment variables
   * @param osName as in {@code os.name}
   * @param home the user's home folder
   */
  public static Path defaultFolder(Map<String, String> environment, String osName, Path home) {
    String os = osName.toLowerCase(Locale.ROOT);
    Path data;
    if (os.contains("win") && environment.containsKey("LOCALAPPDATA")) {
      data = Path.of(environment.get("LOCALAPPDATA"));
    } else if (os.contains("mac")) {
      data = home.resolve("Library").resolve("Application Support");
    } else {
      String xdg = environment.getOrDefault("XDG_DATA_HOME", "");
      data = xdg.isEmpty() ? home.resolve(".local").resolve("share") : Path.of(xdg);
    }
    return data.resolve("joulemark").resolve("baselines");
  }

  /** The folder that this store keeps its baselines in. */
  public Path folder() {
    return folder;
  }

  /**
   * Keeps a copy of results under a name. The baseline is there whole or not at all: it is copied
   * beside its place and then moved there.
   *
   * @param name letters, digits, dots, hyphens and underscores
   * @param results a results folder or file
   * @param replace whether a baseline of that name gives way
   * @throws IllegalArgumentException if the name cannot be used, is taken, or the results cannot
   *     all be read
   * @throws IOException if the disk does not take the copy
   */
  public Baseline save(String name, Path results, boolean replace) throws IOException {
    requireName(name);
    Path place = folder.resolve(name);
    if (Files.exists(place) && !replace) {
      throw new IllegalArgumentException(
          "There is a baseline '" + name + "' in " + folder + " already; --replace gives it up.");
    }
    ResultSet loaded = ResultLoader.load(List.of(results));
    requireWhole(loaded);
    Files.createDirectories(folder);
    Path fresh = Files.createTempDirectory(folder, ".saving-");
    try {
      Path parent = results.toAbsolutePath().getParent();
      Path root = Files.isDirectory(results) || parent == null ? results : parent;
      for (Path file : filesOf(loaded)) {
        copy(file, root, fresh);
      }
      putInPlace(fresh, place);
    } finally {
      delete(fresh);
    }
    return get(name);
  }

  /** The old baseline goes only when the new one stands in its place. */
  private void putInPlace(Path fresh, Path place) throws IOException {
    Path old = folder.resolve(String.valueOf(fresh.getFileName()).replace("saving", "replaced"));
    if (Files.exists(place)) {
      Files.move(place, old);
    }
    Files.move(fresh, place);
    delete(old);
  }

  /**
   * Every baseline, by name; none if the folder does not exist.
   *
   * @throws IOException if the folder cannot be read
   */
  public List<Baseline> list() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(Files::isDirectory)
          .map(entry -> String.valueOf(entry.getFileName()))
          .filter(name -> NAME.matcher(name).matches())
          .sorted()
          .map(this::get)
          .toList();
    }
  }

  /**
   * The baseline of that name.
   *
   * @throws IllegalArgumentException if there is none, saying where it was looked for
   */
  public Baseline get(String name) {
    requireName(name);
    Path place = folder.resolve(name);
    if (!Files.isDirectory(place)) {
      throw new IllegalArgumentException(
          "There is no baseline '"
              + name
              + "' in "
              + folder
              + "; baseline list shows what is there, baseline save "
              + name
              + " RESULTS makes it.");
    }
    return new Baseline(name, place, ResultLoader.load(List.of(place)));
  }

  private static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "A baseline cannot be called '"
              + name
              + "': use letters, digits, dots, hyphens and underscores, a letter or digit first.");
    }
  }

  private static void requireWhole(ResultSet loaded) {
    if (!loaded.refusals().isEmpty()) {
      throw new IllegalArgumentException(
          String.join(" ", loaded.refusals().stream().map(Refusal::sentence).toList()));
    }
  }

  /** What was read, the sidecars, and JMH's own files beside journals. */
  private static Set<Path> filesOf(ResultSet loaded) {
    Set<Path> files = new LinkedHashSet<>();
    for (ResultFile read : loaded.files()) {
      files.add(read.file());
      for (String companion : List.of(Environment.FILE_NAME, ResultLoader.RESULTS_FILE_NAME)) {
        Path beside = read.file().resolveSibling(companion);
        if (Files.isRegularFile(beside)) {
          files.add(beside);
        }
      }
    }
    return files;
  }

  private static void copy(Path file, Path root, Path into) throws IOException {
    Path target = into.resolve(root.toAbsolutePath().relativize(file.toAbsolutePath()).toString());
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.copy(file, target);
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> walk = Files.walk(tree)) {
      walk.sorted(Comparator.reverseOrder()).forEach(BaselineStore::deleteOne);
    } catch (NoSuchFileException e) {
      // Nothing there is what was asked for.
      return;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void deleteOne(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
