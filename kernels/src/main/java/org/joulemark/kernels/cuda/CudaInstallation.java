package org.joulemark.kernels.cuda;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.Finding;
import org.joulemark.kernels.engine.UnsupportedWorkException;

/**
 * What of CUDA is on this machine: driver, GPU, libraries. Looks at files only; {@link #load} loads
 * the libraries from where they were found, so that no LD_LIBRARY_PATH is needed.
 */
final class CudaInstallation {
  private static final String DRIVER_LIBRARY = "libcuda.so.1";
  private static final String LINK_PROPERTY = "org.bytedeco.javacpp.platform.linkpath";
  private static final int OLDEST_DRIVER = 580;
  private static final Pattern DRIVER_VERSION = Pattern.compile("\\b(\\d{3,})\\.\\d+(\\.\\d+)?\\b");
  private static final Pattern DEVICE_FILE = Pattern.compile("nvidia\\d+");

  /** The libraries, each after those that it needs. */
  private static final List<Library> LIBRARIES =
      List.of(
          new Library(
              "CUDA runtime",
              "libcudart.so.",
              13,
              List.of("libcudart.so.13"),
              "nvidia-cuda-runtime",
              ""),
          new Library(
              "cuBLAS",
              "libcublas.so.",
              13,
              List.of("libcublasLt.so.13", "libcublas.so.13"),
              "nvidia-cublas",
              ""));

  private static final Library COMPILER =
      new Library(
          "NVRTC",
          "libnvrtc.so.",
          13,
          List.of("libnvrtc.so.13"),
          "nvidia-cuda-nvrtc",
          "kernels of our own (bandwidth, launch costs) cannot be compiled");

  private static final Library CUDNN =
      new Library(
          "cuDNN",
          "libcudnn.so.",
          9,
          List.of(
              "libcudnn_graph.so.9",
              "libcudnn_ops.so.9",
              "libcudnn_cnn.so.9",
              "libcudnn_adv.so.9",
              "libcudnn.so.9"),
          "nvidia-cudnn-cu13",
          "attention=cudnn is not available");

  private final CudaLibrarySearch search;
  private final Map<String, String> environment;
  private final Path root;

  /**
   * In a folder tree.
   *
   * @param root stands for {@code /}
   */
  CudaInstallation(Map<String, String> environment, Path root) {
    this.search = new CudaLibrarySearch(environment, root);
    this.environment = environment;
    this.root = root;
  }

  /** On this machine. */
  static CudaInstallation here() {
    return new CudaInstallation(System.getenv(), Path.of("/"));
  }

  /** A library: its files lie in one folder. Without an absence the engine needs it. */
  private record Library(
      String subject,
      String prefix,
      int version,
      List<String> files,
      String pipPackage,
      String absence) {}

  /** Everything that the engine needs, in the order in which it needs it. */
  List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(examineDriver());
    findings.add(examineDevices());
    for (Library library : LIBRARIES) {
      findings.add(examineLibrary(library));
    }
    findings.add(examineLibrary(COMPILER));
    findings.add(examineLibrary(CUDNN));
    return findings;
  }

  private Finding examineDriver() {
    Optional<Path> library = search.find(DRIVER_LIBRARY);
    if (library.isEmpty()) {
      return Finding.missing(
          "CUDA driver",
          DRIVER_LIBRARY + " was not found",
          "install NVIDIA's driver 580 or newer (in a container: pass the GPU through, for example"
              + " with --gpus all)");
    }
    Optional<String> version = driverVersion();
    if (version.isPresent() && majorOf(version.get()) < OLDEST_DRIVER) {
      return Finding.missing(
          "CUDA driver",
          version.get() + " is older than CUDA 13 needs",
          "update NVIDIA's driver to " + OLDEST_DRIVER + " or newer");
    }
    return Finding.ok(
        "CUDA driver", version.map(v -> v + ", " + library.get()).orElse(library.get().toString()));
  }

  private Finding examineDevices() {
    String visible = environment.get("CUDA_VISIBLE_DEVICES");
    if (visible != null && (visible.isBlank() || visible.strip().equals("-1"))) {
      return Finding.missing(
          "GPU",
          "CUDA_VISIBLE_DEVICES=\"" + visible + "\" hides every GPU",
          "unset CUDA_VISIBLE_DEVICES");
    }
    List<String> models = new ArrayList<>();
    for (Path device : list(root.resolve("proc/driver/nvidia/gpus"))) {
      models.add(modelOf(device.resolve("information")));
    }
    if (models.isEmpty()) {
      for (Path device : list(root.resolve("dev"))) {
        Path name = device.getFileName();
        if (name != null && DEVICE_FILE.matcher(name.toString()).matches()) {
          models.add(device.toString());
        }
      }
    }
    if (models.isEmpty() && Files.exists(root.resolve("dev/dxg"))) {
      models.add("through WSL");
    }
    if (models.isEmpty()) {
      return Finding.missing(
          "GPU",
          "no NVIDIA GPU is visible",
          "check with nvidia-smi that there is one (in a container: pass it through, for example"
              + " with --gpus all)");
    }
    return Finding.ok("GPU", models.size() + ": " + String.join(", ", models));
  }

  private Finding examineLibrary(Library library) {
    Optional<Path> folder = search.findFolderWith(library.files);
    if (folder.isPresent()) {
      return Finding.ok(
          library.subject,
          folder.get().resolve(library.files.get(library.files.size() - 1)).toString());
    }
    String detail =
        search
            .findOtherVersion(library.prefix)
            .map(
                other ->
                    "version " + library.version + " is needed, but only " + other + " was found")
            .orElse(String.join(" and ", library.files) + " was not found");
    String remedy =
        (library.equals(CUDNN) ? "install cuDNN 9 for CUDA 13" : "install the CUDA 13 toolkit")
            + ", or run \"pip install "
            + library.pipPackage
            + "\" (version "
            + library.version
            + "); name the folder in LD_LIBRARY_PATH if it is not a usual one";
    return library.absence.isEmpty()
        ? Finding.missing(library.subject, detail, remedy)
        : Finding.absent(library.subject, detail + "; " + library.absence, remedy);
  }

  /**
   * Loads driver and libraries from where they are, so that JavaCPP's stubs find them loaded.
   *
   * @return their paths by key
   * @throws EngineException if the loader refuses one
   */
  Map<String, String> load() {
    Map<String, String> facts = new LinkedHashMap<>();
    preferFoundFolders();
    search.find(DRIVER_LIBRARY).ifPresent(path -> loadOne("driver", path, facts));
    driverVersion().ifPresent(version -> facts.put("driver.version", version));
    for (Library library : LIBRARIES) {
      loadFiles(library, facts);
    }
    search
        .findFolderWith(COMPILER.files)
        .ifPresent(
            folder -> {
              // NVRTC opens its built-ins by name when it first compiles.
              for (Path builtins : list(folder)) {
                if (builtins.toString().contains("libnvrtc-builtins.so.13")) {
                  loadOne("nvrtc.builtins", builtins, facts);
                  break;
                }
              }
              loadFiles(COMPILER, facts);
            });
    return facts;
  }

  /** Whether cuDNN's files are there. */
  boolean hasCudnn() {
    return search.findFolderWith(CUDNN.files).isPresent();
  }

  /**
   * Loads cuDNN from where it is; {@link #load} came before.
   *
   * @return its path by key
   * @throws UnsupportedWorkException if it is not there or the loader refuses it
   */
  Map<String, String> loadCudnn() {
    if (!hasCudnn()) {
      throw new UnsupportedWorkException(
          "attention=cudnn needs cuDNN 9 (libcudnn.so.9 and the libraries beside it), which was not"
              + " found; put its folder on LD_LIBRARY_PATH, or choose attention=own.");
    }
    Map<String, String> facts = new LinkedHashMap<>();
    try {
      loadFiles(CUDNN, facts);
    } catch (EngineException refused) {
      throw new UnsupportedWorkException("attention=cudnn: " + refused.getMessage(), refused);
    }
    return Map.of("library.cudnn.path", facts.getOrDefault("library.cudnn.path", ""));
  }

  /** Keeps JavaCPP from loading second copies from the folders that it knows itself. */
  private void preferFoundFolders() {
    Set<String> folders = new LinkedHashSet<>();
    for (Library library : List.of(LIBRARIES.get(0), LIBRARIES.get(1), COMPILER, CUDNN)) {
      search.findFolderWith(library.files).ifPresent(folder -> folders.add(folder.toString()));
    }
    System.setProperty(LINK_PROPERTY, String.join(File.pathSeparator, folders));
  }

  private void loadFiles(Library library, Map<String, String> facts) {
    search
        .findFolderWith(library.files)
        .ifPresent(
            folder -> {
              for (String file : library.files) {
                String key = file.substring("lib".length(), file.indexOf(".so"));
                loadOne(key, folder.resolve(file), facts);
              }
            });
  }

  private static void loadOne(String key, Path library, Map<String, String> facts) {
    try {
      System.load(library.toAbsolutePath().toString());
    } catch (UnsatisfiedLinkError refused) {
      throw new EngineException(
          library + " cannot be loaded: " + refused.getMessage() + ".", refused);
    }
    facts.put("library." + key.toLowerCase(Locale.ROOT) + ".path", library.toString());
  }

  private Optional<String> driverVersion() {
    Path file = root.resolve("proc/driver/nvidia/version");
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try {
      return parseDriverVersion(Files.readString(file));
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /** The version in the text of {@code /proc/driver/nvidia/version}. */
  static Optional<String> parseDriverVersion(String text) {
    int line = text.indexOf("NVRM version");
    Matcher matcher = DRIVER_VERSION.matcher(line < 0 ? "" : text.substring(line));
    return matcher.find() ? Optional.of(matcher.group()) : Optional.empty();
  }

  private static int majorOf(String version) {
    return Integer.parseInt(version.substring(0, version.indexOf('.')));
  }

  private static String modelOf(Path information) {
    try {
      for (String line : Files.readAllLines(information)) {
        if (line.startsWith("Model:")) {
          return line.substring("Model:".length()).strip();
        }
      }
    } catch (IOException unreadable) {
      return "model not readable";
    }
    return "model not named";
  }

  private static List<Path> list(Path folder) {
    List<Path> entries = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return entries;
    }
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (IOException unreadable) {
      return entries;
    }
    entries.sort(null);
    return entries;
  }
}
