package org.joulemark.kernels.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for shared libraries where NVIDIA's driver, its toolkit and pip's {@code nvidia-*} packages
 * put them. Reads folders, loads nothing.
 */
final class CudaLibrarySearch {
  private static final List<String> TOOLKIT_FOLDERS =
      List.of("lib64", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib", "lib");
  private static final List<String> SYSTEM_FOLDERS =
      List.of(
          "usr/lib/x86_64-linux-gnu",
          "lib/x86_64-linux-gnu",
          "usr/lib/aarch64-linux-gnu",
          "usr/lib64",
          "lib64",
          "usr/lib",
          "usr/lib/wsl/lib",
          "usr/local/nvidia/lib64",
          "usr/local/nvidia/lib",
          "usr/local/lib",
          "opt/cuda/lib64");

  private static final int OLDEST_MAJOR = 10;
  private static final int NEWEST_MAJOR = 19;

  private final Map<String, String> environment;
  private final Path root;
  private final Set<Path> known = new HashSet<>();
  private final List<Path> folders;

  /**
   * With the environment and the folder tree to look in ({@code /} but for tests).
   *
   * @param root stands for {@code /} in the usual places; paths in the environment are taken as
   *     they are
   */
  CudaLibrarySearch(Map<String, String> environment, Path root) {
    this.environment = environment;
    this.root = root;
    this.folders = List.copyOf(collect());
  }

  /** In this process's environment. */
  static CudaLibrarySearch here() {
    return new CudaLibrarySearch(System.getenv(), Path.of("/"));
  }

  /** Existing folders in the order in which they are searched. */
  List<Path> folders() {
    return folders;
  }

  /** The first folder's file of that name. */
  Optional<Path> find(String fileName) {
    return folders.stream()
        .map(folder -> folder.resolve(fileName))
        .filter(this::isFile)
        .findFirst();
  }

  /** The first folder that holds every one of the files. */
  Optional<Path> findFolderWith(List<String> fileNames) {
    return folders.stream()
        .filter(folder -> fileNames.stream().allMatch(name -> isFile(folder.resolve(name))))
        .findFirst();
  }

  /** The same library of another major version: the first file of that stem and such a number. */
  Optional<Path> findOtherVersion(String stem) {
    return IntStream.rangeClosed(OLDEST_MAJOR, NEWEST_MAJOR)
        .mapToObj(major -> find(stem + major))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private boolean isFile(Path path) {
    return Files.isRegularFile(path);
  }

  private Set<Path> collect() {
    Set<Path> found = new LinkedHashSet<>();
    addPathList(found, environment.get("LD_LIBRARY_PATH"));
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      addToolkit(found, environment.get(variable));
    }
    for (Path toolkit : list(root.resolve("usr/local"), "cuda*")) {
      addToolkit(found, toolkit.toString());
    }
    for (String folder : SYSTEM_FOLDERS) {
      add(found, root.resolve(folder));
    }
    addLoaderConfiguration(found);
    addPythonPackages(found);
    return found;
  }

  private void addToolkit(Set<Path> found, @Nullable String toolkit) {
    if (toolkit == null || toolkit.isEmpty()) {
      return;
    }
    for (String folder : TOOLKIT_FOLDERS) {
      add(found, path(toolkit, folder));
    }
  }

  private void addPathList(Set<Path> found, @Nullable String list) {
    if (list == null) {
      return;
    }
    for (String folder : list.split(":", -1)) {
      if (!folder.isEmpty()) {
        add(found, path(folder));
      }
    }
  }

  /** Folders that the dynamic loader knows from {@code /etc/ld.so.conf.d}. */
  private void addLoaderConfiguration(Set<Path> found) {
    for (Path file : list(root.resolve("etc/ld.so.conf.d"), "*.conf")) {
      try (Stream<String> lines = Files.lines(file)) {
        lines
            .map(String::strip)
            .filter(line -> line.startsWith("/"))
            .forEach(line -> add(found, path(line)));
      } catch (IOException | UncheckedIOException unreadable) {
        // The loader could not use this file either.
      }
    }
  }

  private void addPythonPackages(Set<Path> found) {
    List<Path> prefixes = new ArrayList<>();
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      String prefix = environment.get(variable);
      if (prefix != null && !prefix.isEmpty()) {
        prefixes.add(path(prefix));
      }
    }
    String home = environment.get("HOME");
    if (home != null && !home.isEmpty()) {
      prefixes.add(path(home, ".local"));
    }
    prefixes.addAll(pythonsOnPath());
    prefixes.add(root.resolve("usr/local"));
    prefixes.add(root.resolve("usr"));
    for (Path prefix : prefixes) {
      add(found, prefix.resolve("targets/x86_64-linux/lib"));
      for (Path python : list(prefix.resolve("lib"), "python3*")) {
        for (String packages : List.of("site-packages", "dist-packages")) {
          Path nvidia = python.resolve(packages).resolve("nvidia");
          for (Path part : list(nvidia, "*")) {
            add(found, part.resolve("lib"));
          }
        }
      }
    }
  }

  /** Prefixes of the python3 programs on PATH, links followed. */
  private List<Path> pythonsOnPath() {
    List<Path> prefixes = new ArrayList<>();
    String search = environment.get("PATH");
    if (search == null) {
      return prefixes;
    }
    for (String folder : search.split(":", -1)) {
      Path python = folder.isEmpty() ? null : path(folder, "python3");
      if (python == null || !isFile(python)) {
        continue;
      }
      try {
        Path bin = python.toRealPath().getParent();
        if (bin != null && bin.getParent() != null) {
          prefixes.add(bin.getParent());
        }
      } catch (IOException dangling) {
        // Not a program that anyone could run.
      }
    }
    return prefixes;
  }

  private static Path path(String first, String... more) {
    try {
      return Path.of(first, more);
    } catch (InvalidPathException malformed) {
      // An entry that is no path names no folder; "missing" is a folder that is never there.
      return Path.of("/missing");
    }
  }

  private void add(Set<Path> found, Path folder) {
    // /lib is /usr/lib on most systems, /usr/local/cuda one of its neighbours.
    if (Files.isDirectory(folder) && realPath(folder).filter(known::add).isPresent()) {
      found.add(folder);
    }
  }

  /** The folder with links followed; nothing if it cannot be reached, or loaded from. */
  private static Optional<Path> realPath(Path folder) {
    try {
      return Optional.of(folder.toRealPath());
    } catch (IOException unreachable) {
      return Optional.empty();
    }
  }

  private static List<Path> list(Path folder, String pattern) {
    List<Path> entries = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return entries;
    }
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, pattern)) {
      stream.forEach(entries::add);
    } catch (IOException unreadable) {
      return entries;
    }
    // Newest version first: cuda-13.1 before cuda-13.0 before cuda.
    entries.sort((a, b) -> b.toString().compareTo(a.toString()));
    return entries;
  }
}
