package org.joulemark.kernels.cuda;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which attention is the faster one for a shape, as it was measured and is kept on disk.
 *
 * @param key everything that it depends on: GPU, driver, cuDNN, our kernel, shape
 * @param ownSeconds of one run of our kernel
 * @param cudnnSeconds of one run of cuDNN's
 */
record AttentionChoice(Map<String, String> key, double ownSeconds, double cudnnSeconds) {
  private static final ObjectMapper JSON = new ObjectMapper();
  // Less than that is within what two measurements of one kernel differ by.
  private static final double WIN = 0.98;

  /** {@link CudaAttention#CUDNN} if that is clearly faster, else {@link CudaAttention#OWN}. */
  String attention() {
    return cudnnSeconds <= WIN * ownSeconds ? CudaAttention.CUDNN : CudaAttention.OWN;
  }

  /** What a result says of it. */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("attention", attention());
    facts.put("attention.own.seconds", String.format(Locale.ROOT, "%.3e", ownSeconds));
    facts.put("attention.cudnn.seconds", String.format(Locale.ROOT, "%.3e", cudnnSeconds));
    return facts;
  }

  /** The choice kept for that key; none if there is none, or if it is not readable. */
  static Optional<AttentionChoice> load(CacheDirectory cache, Map<String, String> key) {
    Optional<byte[]> content = cache.read(nameOf(key));
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try {
      AttentionChoice choice = JSON.readValue(content.get(), AttentionChoice.class);
      return key.equals(choice.key) ? Optional.of(choice) : Optional.empty();
    } catch (IOException anotherVersion) {
      // Written by another version of this class: it will be written anew.
      return Optional.empty();
    }
  }

  /** Keeps this choice for its key. */
  void save(CacheDirectory cache) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("key", key);
    content.put("ownSeconds", ownSeconds);
    content.put("cudnnSeconds", cudnnSeconds);
    try {
      cache.write(nameOf(key), JSON.writeValueAsString(content).getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers and texts can be written as JSON", impossible);
    }
  }

  private static String nameOf(Map<String, String> key) {
    return CacheDirectory.nameOf(
        "attention",
        ".json",
        key.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .toArray(String[]::new));
  }
}
