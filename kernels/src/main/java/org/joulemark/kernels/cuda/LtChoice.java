package org.joulemark.kernels.cuda;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a search among cuBLASLt's algorithms found, as it is kept on disk.
 *
 * @param key everything that it depends on: GPU, driver, library, problem
 * @param words of the chosen algorithm
 * @param workspaceBytes that it needs
 * @param firstSeconds per unit with the library's first choice
 * @param bestSeconds per unit with the chosen one
 * @param candidatesTimed algorithms that were timed
 */
record LtChoice(
    Map<String, String> key,
    List<Long> words,
    long workspaceBytes,
    double firstSeconds,
    double bestSeconds,
    int candidatesTimed) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The chosen algorithm. */
  LtAlgorithm algorithm() {
    return new LtAlgorithm(words, workspaceBytes);
  }

  /** The choice kept for that key; none if there is none, or if it is not readable. */
  static Optional<LtChoice> load(CacheDirectory cache, Map<String, String> key) {
    Optional<byte[]> content = cache.read(nameOf(key));
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try {
      LtChoice choice = JSON.readValue(content.get(), LtChoice.class);
      boolean usable =
          key.equals(choice.key)
              && choice.words != null
              && choice.words.size() == LtAlgorithm.WORDS;
      return usable ? Optional.of(choice) : Optional.empty();
    } catch (IOException anotherVersion) {
      // Written by another version of this class: it will be written anew.
      return Optional.empty();
    }
  }

  /** Keeps this choice for its key. */
  void save(CacheDirectory cache) {
    try {
      cache.write(nameOf(key), JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers and texts can be written as JSON", impossible);
    }
  }

  private static String nameOf(Map<String, String> key) {
    return CacheDirectory.nameOf(
        "cublaslt",
        ".json",
        key.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .toArray(String[]::new));
  }
}
