package org.joulemark.harness.platform;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;

/**
 * The best GEMM rate that this installation has seen on each GPU at each precision: what a data
 * sheet's peak becomes on a real card with its real power limit. Kept in one JSON file, which is
 * replaced as a whole; several runs may write it, and then one run's news may be lost but never the
 * file.
 */
public final class MeasuredPeaks {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path file;

  /** Kept in {@code file}, which need not exist yet. */
  public MeasuredPeaks(Path file) {
    this.file = file;
  }

  /**
   * Records a rate if it is the best so far, and returns the best.
   *
   * @param gpu UUID of the GPU
   * @param precision name of the precision
   * @param opsPerSecond rate just measured, by the device's own clock
   * @return the best rate of that GPU and precision, at least {@code opsPerSecond}
   * @throws IOException if the file cannot be read or replaced
   */
  public double record(String gpu, String precision, double opsPerSecond) throws IOException {
    Map<String, Map<String, Double>> peaks = read();
    Map<String, Double> ofGpu = peaks.computeIfAbsent(gpu, key -> new TreeMap<>());
    Double before = ofGpu.get(precision);
    if (before != null && before >= opsPerSecond) {
      return before;
    }
    ofGpu.put(precision, opsPerSecond);
    replace(peaks);
    return opsPerSecond;
  }

  /**
   * Forgets the rate recorded of that GPU and precision if it is more than it can be.
   *
   * @param gpu UUID of the GPU
   * @param precision name of the precision
   * @param most operations a second; NaN where nothing is known, and then nothing is forgotten
   * @return whether one was forgotten
   * @throws IOException if the file cannot be read or replaced
   */
  public boolean forgetAbove(String gpu, String precision, double most) throws IOException {
    Map<String, Map<String, Double>> peaks = read();
    Map<String, Double> ofGpu = peaks.getOrDefault(gpu, Map.of());
    // Comparisons with NaN are false.
    if (!(ofGpu.getOrDefault(precision, Double.NaN) > most)) {
      return false;
    }
    ofGpu.remove(precision);
    replace(peaks);
    return true;
  }

  private void replace(Map<String, Map<String, Double>> peaks) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path partial = Files.createTempFile(folder, "peaks", ".json");
    JSON.writeValue(partial.toFile(), peaks);
    Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * The best rate recorded of that GPU and precision.
   *
   * @param gpu UUID of the GPU
   * @param precision name of the precision
   * @return NaN if none has been
   * @throws IOException if the file cannot be read
   */
  public double best(String gpu, String precision) throws IOException {
    return read().getOrDefault(gpu, Map.of()).getOrDefault(precision, Double.NaN);
  }

  private Map<String, Map<String, Double>> read() throws IOException {
    if (!Files.exists(file)) {
      return new TreeMap<>();
    }
    return JSON.readValue(
        file.toFile(), new TypeReference<TreeMap<String, Map<String, Double>>>() {});
  }
}
