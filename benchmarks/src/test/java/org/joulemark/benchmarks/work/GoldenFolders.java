package org.joulemark.benchmarks.work;

import java.nio.file.Files;
import java.nio.file.Path;

/** The tiny models in Hugging Face layout that lie among the kernels' test resources. */
public final class GoldenFolders {
  private GoldenFolders() {}

  /** The folder of that name, absolute. */
  public static Path path(String name) {
    Path folder =
        Path.of("..", "kernels", "src", "test", "resources", "golden", name)
            .toAbsolutePath()
            .normalize();
    if (!Files.isDirectory(folder)) {
      throw new IllegalStateException(
          folder + " is missing; tests run in the folder of their own module");
    }
    return folder;
  }
}
