package org.joulemark.reports;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.harness.platform.Environment;

/** Results folders as a run writes them, with figures that a test chooses. */
public final class Journals {
  /** The real results of this repository. */
  public static final Path REAL = Path.of("../docs/results").toAbsolutePath().normalize();

  private static final ObjectMapper JSON = new ObjectMapper();

  private Journals() {}

  /** An empty folder's {@code environment.json}, of a GPU of that name. */
  public static void environment(Path folder, String device) throws IOException {
    Environment.capture(
            Map.of("version", "test"),
            List.of("-p", "x=" + device),
            "quick",
            Map.of("name", "cuda", "device.name", device),
            Map.of())
        .write(folder);
  }

  /** Appends one entry; {@code metrics} are a number or JMH's word for one, by "name unit". */
  public static void append(
      Writer out,
      String benchmark,
      Map<String, String> params,
      Outcome outcome,
      String reason,
      Map<String, String> notes,
      Map<String, Object> metrics)
      throws IOException {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("benchmark", "org.joulemark.benchmarks." + benchmark);
    entry.put("params", params);
    entry.put("outcome", outcome.id());
    entry.put("reason", reason);
    entry.put("startedAt", "2026-01-01T00:00:00Z");
    entry.put("wallSeconds", 1);
    entry.put("notes", notes);
    entry.put("results", outcome == Outcome.OK ? List.of(result(benchmark, metrics)) : List.of());
    out.write(JSON.writeValueAsString(entry) + "\n");
  }

  private static Map<String, Object> result(String benchmark, Map<String, Object> metrics) {
    Map<String, Object> secondary = new LinkedHashMap<>();
    metrics.forEach(
        (key, value) -> {
          int space = key.indexOf(' ');
          secondary.put(key.substring(0, space), metric(value, key.substring(space + 1)));
        });
    Object time = secondary.remove("time");
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "org.joulemark.benchmarks." + benchmark);
    result.put("mode", "avgt");
    result.put("primaryMetric", time == null ? metric("NaN", "us/op") : time);
    result.put("secondaryMetrics", secondary);
    return result;
  }

  private static Map<String, Object> metric(Object value, String unit) {
    return Map.of(
        "score",
        value,
        "scoreError",
        value instanceof Number number ? number.doubleValue() / 50 : "NaN",
        "scoreUnit",
        unit,
        "rawData",
        List.of(List.of(value, value)));
  }

  /** A folder with {@code rows} GEMMs, of eight metrics each. */
  public static Path campaign(Path folder, int rows) throws IOException {
    environment(folder, "NVIDIA H200");
    List<String> precisions = List.of("FP32", "TF32", "FP16", "BF16", "INT8");
    try (Writer out = Files.newBufferedWriter(folder.resolve("journal.jsonl"))) {
      for (int i = 0; i < rows; i++) {
        double size = 1 + i % 97 + i / 1000.0;
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("time us/op", 10 * size);
        metrics.put("energy J/op", 0.001 * size);
        metrics.put("energy.kind measured", 1);
        metrics.put("score 1", 0.99);
        metrics.put("eor 1/Wh", 3.6e6 * 0.99 / size);
        metrics.put("tweor 1/(Wh·s)", 3.6e9 / size / size);
        metrics.put("power W", 600);
        metrics.put("flop.rate FLOP/s", 4e14 + i);
        metrics.put("byte.rate B/s", 1e12);
        append(
            out,
            "gemm.GemmBenchmark.gemm",
            Map.of(
                "precision",
                precisions.get(i % 5),
                "shape",
                "square-" + 64 * (1 + i / 5 % 50),
                "tokens",
                String.valueOf(i / 250),
                "engine",
                "cuda",
                "algo",
                "tuned"),
            Outcome.OK,
            "",
            Map.of("energy.kind", "measured"),
            metrics);
      }
    }
    return folder;
  }
}
