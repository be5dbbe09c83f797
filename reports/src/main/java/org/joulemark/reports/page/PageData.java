package org.joulemark.reports.page;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.joulemark.harness.journal.Journal;
import org.joulemark.harness.platform.Environment;
import org.joulemark.harness.platform.GpuSpec;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.view.Hardware;
import org.joulemark.reports.view.MetricInfo;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.ReportTable;
import org.joulemark.reports.view.TraceWindow;
import org.joulemark.reports.view.Traces;
import org.jspecify.annotations.Nullable;

/** What the page's script reads: the table by columns, and what its rows refer to. */
final class PageData {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ReportTable table;
  private final Traces traces;

  PageData(ReportTable table, Traces traces) {
    this.table = table;
    this.traces = traces;
  }

  /** Writes JSON that may stand inside a script element whatever the strings hold. */
  void write(Writer out) throws IOException {
    JsonFactory factory =
        JSON.getFactory()
            .copy()
            .setCharacterEscapes(new InScript())
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER.mappedFeature());
    try (JsonGenerator json = factory.createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
      json.writeStartObject();
      json.writeNumberField("rows", table.rows().size());
      writeMetricInfo(json);
      writeHardware(json);
      writeFiles(json);
      writeTraces(json);
      writeColumns(json);
      json.writeEndObject();
    }
  }

  private static void writeMetricInfo(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("metricInfo");
    for (MetricInfo info : MetricInfo.all()) {
      json.writeStartObject();
      json.writeStringField("name", info.name());
      json.writeStringField("title", info.title());
      json.writeStringField("meaning", info.meaning());
      json.writeStringField("better", info.better());
      json.writeBooleanField("energy", info.energy());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("how");
    for (String param : WorkParams.HOW) {
      json.writeString(param);
    }
    json.writeEndArray();
  }

  private void writeHardware(JsonGenerator json) throws IOException {
    Set<Hardware> all = new LinkedHashSet<>();
    table.rows().forEach(row -> all.add(row.hardware()));
    json.writeArrayFieldStart("hardware");
    for (Hardware hardware : all) {
      json.writeStartObject();
      json.writeStringField("name", hardware.name());
      if (hardware.spec().isPresent()) {
        writeSpec(hardware.spec().get(), json);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeSpec(GpuSpec spec, JsonGenerator json) throws IOException {
    json.writeStringField("gpu", spec.name());
    json.writeNumberField("generation", spec.tensorCoreGeneration());
    json.writeNumberField("bytesPerSecond", spec.memoryGigabytesPerSecond() * 1e9);
    json.writeNumberField("boardWatts", spec.boardWatts());
    json.writeStringField("source", spec.source());
    json.writeObjectFieldStart("opsPerSecond");
    for (String precision : spec.teraOps().keySet()) {
      json.writeNumberField(precision, spec.peakOpsPerSecond(precision));
    }
    json.writeEndObject();
  }

  private void writeFiles(JsonGenerator json) throws IOException {
    Map<Environment, Integer> environments = new LinkedHashMap<>();
    json.writeArrayFieldStart("files");
    for (ResultFile file : table.results().files()) {
      json.writeStartObject();
      json.writeStringField("name", file.file().toString());
      json.writeStringField(
          "place", file.file().toString().endsWith(extension()) ? "line" : "result");
      json.writeBooleanField("cutOff", file.cutOff());
      json.writeNumberField("rows", file.rows().size());
      Optional<Environment> environment = file.environment();
      if (environment.isPresent()) {
        Integer known = environments.putIfAbsent(environment.get(), environments.size());
        json.writeNumberField("environment", known == null ? environments.size() - 1 : known);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("environments");
    for (Environment environment : environments.keySet()) {
      json.writeStartObject();
      for (Map.Entry<String, String> fact : facts(environment).entrySet()) {
        json.writeStringField(fact.getKey(), fact.getValue());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static String extension() {
    return Journal.FILE_NAME.substring(Journal.FILE_NAME.lastIndexOf('.'));
  }

  /** The sidecar's facts in dotted keys. */
  private static Map<String, String> facts(Environment environment) {
    Map<String, String> facts = new LinkedHashMap<>();
    flatten("", JSON.valueToTree(environment), facts);
    return facts;
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> facts) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              entry ->
                  flatten(
                      prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(),
                      entry.getValue(),
                      facts));
    } else if (node.isArray()) {
      List<String> words = new ArrayList<>();
      node.forEach(word -> words.add(word.asText()));
      facts.put(prefix, String.join(" ", words));
    } else {
      facts.put(prefix, node.asText());
    }
  }

  private void writeTraces(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("traces");
    for (TraceWindow window : traces.windows()) {
      json.writeStartObject();
      json.writeStringField("file", window.file().toString());
      json.writeStringField("name", window.name());
      json.writeStringField("device", window.device());
      json.writeArrayFieldStart("points");
      for (TraceWindow.Point point : window.points()) {
        json.writeStartArray();
        ColumnWriter.number(json, point.seconds());
        ColumnWriter.number(json, point.watts());
        ColumnWriter.number(json, point.smMegahertz());
        ColumnWriter.number(json, point.celsius());
        json.writeNumber(point.inWindow() ? 1 : 0);
        json.writeEndArray();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeColumns(JsonGenerator json) throws IOException {
    List<ReportRow> rows = table.rows();
    ColumnWriter columns = new ColumnWriter(json);
    columns.integers("file", column(row -> row.fileNumber() - 1));
    columns.integers("place", column(row -> row.located().place()));
    columns.integers("forks", column(row -> row.result().primary().samples().forks()));
    columns.texts("identity", table.identity(), rows);
    columns.facts("params", table.params(), rows, row -> row.result().params());
    columns.facts("notes", table.notes(), rows, row -> row.result().notes());
    columns.metrics("numbers", table.numbers(), rows);
    columns.strings();
  }

  private int[] column(ToIntFunction<ReportRow> cell) {
    return table.rows().stream().mapToInt(cell).toArray();
  }

  /** No tag can begin or end inside a string. */
  private static final class InScript extends CharacterEscapes {
    private static final long serialVersionUID = 1L;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = CharacterEscapes.standardAsciiEscapesForJSON();
      codes['<'] = CharacterEscapes.ESCAPE_STANDARD;
      codes['>'] = CharacterEscapes.ESCAPE_STANDARD;
      codes['&'] = CharacterEscapes.ESCAPE_STANDARD;
      return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      return new SerializedString(String.format("\\u%04x", character));
    }
  }
}
