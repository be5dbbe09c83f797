package org.joulemark.kernels.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of our kernels, as their sources have them. */
final class KernelNames {
  private static final Path SOURCES = Path.of("src/main/resources/org/joulemark/kernels/cuda");
  private static final Pattern KERNEL = Pattern.compile("__global__\\s+void\\s+(\\w+)\\s*\\(");

  private KernelNames() {}

  /**
   * Every kernel of every source.
   *
   * @throws IllegalStateException if a source declares one in a way that is not understood here
   */
  static Set<String> all() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(SOURCES)) {
      files = found.filter(file -> file.toString().matches(".*\\.cuh?")).toList();
    }
    Set<String> names = new TreeSet<>();
    for (Path file : files) {
      String text = Files.readString(file);
      int declared = text.split("__global__", -1).length - 1;
      int named = 0;
      for (Matcher kernel = KERNEL.matcher(text); kernel.find(); named++) {
        names.add(kernel.group(1));
      }
      if (named != declared) {
        throw new IllegalStateException(
            file + " has " + declared + " kernels, and " + named + " names were found");
      }
    }
    return names;
  }
}
