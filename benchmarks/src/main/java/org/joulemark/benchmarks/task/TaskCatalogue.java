package org.joulemark.benchmarks.task;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tasks that this suite knows by name, one file each in {@code profiles/}: a new task is one
 * file there. Any other comes from a file of the user's.
 */
public final class TaskCatalogue {
  private static final String FOLDER = "profiles";
  private static final TaskCatalogue STANDARD = new TaskCatalogue(load());

  private final List<TaskProfile> tasks;

  private TaskCatalogue(List<TaskProfile> tasks) {
    this.tasks = List.copyOf(tasks);
  }

  /** The catalogue that comes with the suite. */
  public static TaskCatalogue standard() {
    return STANDARD;
  }

  /** Every task, the one with the most items first. */
  public List<TaskProfile> tasks() {
    return tasks;
  }

  /**
   * The task of that name, or that a file describes.
   *
   * @param task an id of the catalogue, or the name of a file that ends in {@code .json} (a
   *     profile) or {@code .jsonl} (a list of items with their token counts)
   * @throws IllegalArgumentException with the valid ids, or with what is wrong in the file
   */
  public TaskProfile get(String task) {
    if (task.endsWith(".json") || task.endsWith(".jsonl")) {
      Path file = Path.of(task);
      if (!Files.isRegularFile(file)) {
        throw new IllegalArgumentException("task=" + task + " is no file.");
      }
      return ProfileReader.read(file);
    }
    return tasks.stream()
        .filter(known -> known.id().equals(task))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "task="
                        + task
                        + " is not known; choose from "
                        + ids()
                        + ", or name a .json or .jsonl file."));
  }

  /** Every id, separated by commas. */
  public String ids() {
    return tasks.stream().map(TaskProfile::id).collect(Collectors.joining(", "));
  }

  private static List<TaskProfile> load() {
    URL folder = TaskCatalogue.class.getResource(FOLDER);
    if (folder == null) {
      throw new IllegalStateException(FOLDER + "/ is missing from this jar");
    }
    try {
      // The file system of jars is a module that a small runtime may lack; reading a jar is not.
      List<TaskProfile> tasks =
          folder.openConnection() instanceof JarURLConnection jar
              ? readAll(jar)
              : readAll(Path.of(folder.toURI()));
      tasks.sort(Comparator.comparingInt(TaskProfile::items).reversed());
      return tasks;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder, e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(folder + " is no address", e);
    }
  }

  private static List<TaskProfile> readAll(JarURLConnection folder) throws IOException {
    String prefix = folder.getEntryName() + "/";
    List<TaskProfile> tasks = new ArrayList<>();
    folder.setUseCaches(false);
    try (JarFile jar = folder.getJarFile()) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().startsWith(prefix) && !entry.isDirectory()) {
          try (InputStream in = jar.getInputStream(entry)) {
            tasks.add(ProfileReader.profile(entry.getName().substring(prefix.length()), in));
          }
        }
      }
    }
    return tasks;
  }

  private static List<TaskProfile> readAll(Path folder) throws IOException {
    List<TaskProfile> tasks = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        try (InputStream in = Files.newInputStream(file)) {
          tasks.add(ProfileReader.profile(file.getFileName().toString(), in));
        }
      }
    }
    return tasks;
  }
}
