package org.joulemark.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The checks in {@code covering.txt}, which launch each of our kernels. */
final class CoveringChecks {
  private static final String RESOURCE = "covering.txt";

  private CoveringChecks() {}

  /** Their names, in the file's order; a line that begins with # is a comment. */
  static Set<String> names() {
    try (InputStream in =
        Objects.requireNonNull(CoveringChecks.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .collect(Collectors.toCollection(LinkedHashSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE + " of this jar cannot be read", e);
    }
  }
}
