package org.joulemark.kernels.layer;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;

/**
 * Tiny models in Hugging Face's layout with the tensors that transformers computed for them in
 * FP32, among the test resources.
 */
public final class GoldenFolders {
  private static final List<String> NAMES =
      List.of("tiny-qwen2", "tiny-llama", "tiny-mistral", "tiny-mistral-swa", "tiny-bloom");

  private GoldenFolders() {}

  /** Names of all folders. */
  public static List<String> names() {
    return NAMES;
  }

  /** The folder of that name. */
  public static Path path(String name) {
    URL url = GoldenFolders.class.getResource("/golden/" + name + "/config.json");
    if (url == null) {
      throw new IllegalStateException("the test resources hold no golden/" + name);
    }
    try {
      Path config = Path.of(url.toURI());
      return config.resolveSibling(".").normalize();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
