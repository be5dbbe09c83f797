package org.joulemark.harness.platform;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** GPUs with their makers' figures, read from {@code gpus.json}: a new GPU is one entry there. */
public final class GpuCatalogue {
  private static final GpuCatalogue STANDARD = new GpuCatalogue(load());

  private final List<GpuSpec> gpus;

  private GpuCatalogue(List<GpuSpec> gpus) {
    this.gpus = gpus;
  }

  /** The catalogue that comes with the suite. */
  public static GpuCatalogue standard() {
    return STANDARD;
  }

  /** Every GPU. */
  public List<GpuSpec> gpus() {
    return gpus;
  }

  /** The first entry that matches a device's own name, such as {@code NVIDIA H200}. */
  public Optional<GpuSpec> find(String deviceName) {
    return gpus.stream()
        .filter(gpu -> Pattern.compile(gpu.match()).matcher(deviceName).find())
        .findFirst();
  }

  private static List<GpuSpec> load() {
    try (InputStream in = GpuCatalogue.class.getResourceAsStream("gpus.json")) {
      if (in == null) {
        throw new IllegalStateException("gpus.json is missing from this jar");
      }
      return List.copyOf(
          new ObjectMapper()
              .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
              .readValue(in, new TypeReference<List<GpuSpec>>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read gpus.json", e);
    }
  }
}
