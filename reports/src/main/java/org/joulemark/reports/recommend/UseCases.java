package org.joulemark.reports.recommend;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads use cases: those that come with the suite, or a user's own in the same form. */
public final class UseCases {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private UseCases() {}

  /** The use cases that come with the suite: {@code use-cases.json}. */
  public static List<UseCase> standard() {
    try (InputStream in = UseCases.class.getResourceAsStream("use-cases.json")) {
      if (in == null) {
        throw new IllegalStateException("use-cases.json is missing from this jar");
      }
      return parse(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read use-cases.json", e);
    }
  }

  /**
   * A user's use cases.
   *
   * @throws IllegalArgumentException naming what in the file is wrong
   * @throws IOException if it cannot be read
   */
  public static List<UseCase> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("--use-cases " + file + " is no file.");
    }
    try {
      return parse(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(JsonComplaint.of(file, "use cases", e), e);
    }
  }

  private static List<UseCase> parse(byte[] json) throws IOException {
    return JSON.readValue(json, new TypeReference<List<UseCase>>() {});
  }
}
