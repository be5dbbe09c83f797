package org.joulemark.kernels.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One JSON object from a file or from a part of one, with every mistake told by the file's name.
 */
final class JsonFile {
  // Far above any real config.json or index, far below what would hurt.
  private static final long MOST_BYTES = 64L << 20;
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonFile() {}

  /**
   * The object that a small file holds.
   *
   * @throws ModelFormatException if it is missing, too large, or no JSON object
   */
  static JsonNode read(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new ModelFormatException(file, "there is no such file");
      }
      long size = Files.size(file);
      if (size > MOST_BYTES) {
        throw new ModelFormatException(
            file, "it has " + size + " bytes, too many for a description");
      }
      return parse(file, "the file", Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /**
   * The object in {@code bytes}.
   *
   * @param part what the bytes are, such as {@code the header}
   * @throws ModelFormatException if it is no JSON object, or a name occurs twice
   */
  static JsonNode parse(Path file, String part, byte[] bytes) {
    JsonNode node;
    try {
      node = MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new ModelFormatException(
          file, part + " is not valid JSON (" + firstLine(e.getOriginalMessage()) + ")", e);
    } catch (IOException e) {
      throw new ModelFormatException(file, part + " is not valid text (" + e.getMessage() + ")", e);
    }
    if (node == null || !node.isObject()) {
      throw new ModelFormatException(file, part + " is not a JSON object");
    }
    return node;
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
