package org.joulemark.reports.compare;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.joulemark.harness.journal.Journal;
import org.joulemark.harness.platform.CpuInfo;
import org.joulemark.harness.platform.Environment;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultSet;

/** Writes results folders as a run does, with values that a test chooses. */
public final class RunFiles {
  /** The benchmark of every row that names no other. */
  public static final String GEMM = "org.joulemark.benchmarks.gemm.GemmBenchmark.gemm";

  /** Escapes what UTF-8 cannot hold, such as halves of characters. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final Path folder;
  private final List<ObjectNode> lines = new ArrayList<>();

  /** A run whose files will lie in {@code folder}. */
  public RunFiles(Path folder) {
    this.folder = folder;
  }

  /** Ten values around {@code mean} with a spread of a few tenths of a percent. */
  public static double[] around(double mean) {
    double[] values = new double[10];
    Arrays.setAll(values, i -> mean * (1 + 0.0005 * ((i * 7) % 10 - 4.5)));
    return values;
  }

  /** {@code params} with one more, or another value of one. */
  public static Map<String, String> with(Map<String, String> params, String name, String value) {
    Map<String, String> more = new TreeMap<>(params);
    more.put(name, value);
    return more;
  }

  /** A configuration with one value of time (µs) and energy (J) a fork. */
  public RunFiles row(Map<String, String> params, double[] micros, double[] joules) {
    return row(params, "measured", micros, joules);
  }

  /** The same with a kind of energy. */
  public RunFiles row(Map<String, String> params, String kind, double[] micros, double[] joules) {
    ObjectNode line = line(GEMM, params, "ok", "");
    line.putObject("notes").put("energy.kind", kind);
    ObjectNode result = line.putArray("results").addObject();
    result.put("benchmark", GEMM).put("mode", "avgt");
    result.set("primaryMetric", metric("us/op", micros));
    ObjectNode metrics = result.putObject("secondaryMetrics");
    metrics.set("energy", metric("J/op", joules));
    metrics.set("eor", metric("1/Wh", Arrays.stream(joules).map(j -> 3600 / j).toArray()));
    lines.add(line);
    return this;
  }

  /** Has the last row say which GPU it comes from, as {@code device} does of a whole file. */
  public RunFiles on(Environment device) {
    return change(
        line ->
            device
                .engine()
                .forEach(
                    (key, value) -> {
                      if (!key.equals("name")) {
                        line.withObject("/notes").put("engine." + key, value);
                      }
                    }));
  }

  /** A configuration that failed. */
  public RunFiles failed(Map<String, String> params, String reason) {
    lines.add(line(GEMM, params, "failed", reason));
    return this;
  }

  /** Changes the last line before it is written. */
  public RunFiles change(Consumer<ObjectNode> change) {
    change.accept(lines.get(lines.size() - 1));
    return this;
  }

  /**
   * Writes the journal and, if there is one, the environment; gives what the loader makes of it.
   */
  public List<ResultFile> write(Environment... environment) throws IOException {
    Files.createDirectories(folder);
    StringBuilder text = new StringBuilder();
    for (ObjectNode line : lines) {
      text.append(JSON.writeValueAsString(line)).append('\n');
    }
    Files.writeString(folder.resolve(Journal.FILE_NAME), text);
    for (Environment one : environment) {
      one.write(folder);
    }
    ResultSet results = ResultLoader.load(List.of(folder));
    if (!results.refusals().isEmpty()) {
      throw new IllegalStateException(results.refusals().toString());
    }
    return results.files();
  }

  /** A GPU's environment with facts that replace or join the usual ones. */
  public static Environment gpu(String... keysAndValues) {
    Map<String, String> engine =
        new TreeMap<>(
            Map.of(
                "name", "cuda",
                "device.name", "NVIDIA H200",
                "device.uuid", "GPU-1",
                "driver.version", "580.1",
                "library.cublaslt", "13.1.0"));
    for (int i = 0; i < keysAndValues.length; i += 2) {
      engine.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return new Environment(
        "2026-01-01T00:00:00Z",
        Map.of("commit", engine.getOrDefault("test.commit", "aaa"), "version", "1"),
        List.of(),
        "quick",
        "Linux",
        Map.of("version", "17"),
        new CpuInfo("Xeon", 2, List.of(), "unknown"),
        1L << 34,
        withoutTestFacts(engine),
        new TreeMap<>(Map.of("gpu0.power.limit.watts", engine.getOrDefault("test.watts", "700"))));
  }

  private static Map<String, String> withoutTestFacts(Map<String, String> engine) {
    Map<String, String> facts = new TreeMap<>(engine);
    facts.keySet().removeIf(key -> key.startsWith("test."));
    return facts;
  }

  private static ObjectNode line(
      String benchmark, Map<String, String> params, String outcome, String reason) {
    ObjectNode line = JSON.createObjectNode();
    line.put("benchmark", benchmark).put("outcome", outcome).put("reason", reason);
    line.put("startedAt", "2026-01-01T00:00:00Z").put("wallSeconds", 1.0);
    params.forEach(line.putObject("params")::put);
    line.putObject("notes");
    line.putArray("results");
    return line;
  }

  private static ObjectNode metric(String unit, double[] forks) {
    ObjectNode metric = JSON.createObjectNode();
    put(metric, "score", Arrays.stream(forks).average().orElse(Double.NaN));
    metric.put("scoreError", "NaN").put("scoreUnit", unit);
    ArrayNode raw = metric.putArray("rawData");
    for (double value : forks) {
      ArrayNode fork = raw.addArray();
      if (Double.isFinite(value)) {
        fork.add(value);
      } else {
        fork.add(word(value));
      }
    }
    return metric;
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.put(name, word(value));
    }
  }

  private static String word(double value) {
    return Double.isNaN(value) ? "NaN" : value > 0 ? "+INF" : "-INF";
  }
}
