package org.joulemark.reports.export;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.result.Refusal;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.view.NumberColumn;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.ReportTable;

/**
 * The table as JSON: {@code files} with their environments, {@code rows} of which each names its
 * file and place, and {@code refusals}. Unknown numbers are left out; infinities are JMH's strings
 * "+INF" and "-INF".
 */
public final class JsonExport {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

  private JsonExport() {}

  /**
   * Writes {@code table}; does not close {@code out}.
   *
   * @throws IOException if {@code out} does not take it
   */
  public static void write(ReportTable table, Writer out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      writeFiles(table, json);
      json.writeArrayFieldStart("rows");
      for (ReportRow row : table.rows()) {
        json.writeRaw("\n");
        writeRow(table, row, json);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("refusals");
      for (Refusal refusal : table.results().refusals()) {
        json.writeString(refusal.sentence());
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw("\n");
    }
  }

  private static void writeFiles(ReportTable table, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("files");
    for (ResultFile file : table.results().files()) {
      json.writeStartObject();
      json.writeStringField("file", file.file().toString());
      json.writeBooleanField("cutOff", file.cutOff());
      if (file.environment().isPresent()) {
        json.writePOJOField("environment", file.environment().get());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeRow(ReportTable table, ReportRow row, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("row", row.number());
    json.writeStringField("file", row.file().file().toString());
    json.writeNumberField("place", row.located().place());
    json.writeStringField("hardware", row.hardware().name());
    json.writeStringField("benchmark", row.result().benchmark());
    json.writeStringField("outcome", row.result().outcome().id());
    json.writeStringField("reason", row.result().reason());
    json.writeStringField("mode", row.result().mode());
    json.writeStringField("startedAt", row.result().startedAt());
    json.writeStringField("energyKind", row.result().energyKind());
    json.writeStringField("scoreKind", row.result().scoreKind());
    json.writePOJOField("params", row.result().params());
    json.writeArrayFieldStart("numbers");
    for (NumberColumn column : table.numbers()) {
      writeNumber(column, column.cell().apply(row), json);
    }
    json.writeEndArray();
    json.writePOJOField("notes", row.result().notes());
    json.writeEndObject();
  }

  private static void writeNumber(NumberColumn column, MetricValue value, JsonGenerator json)
      throws IOException {
    if (Double.isNaN(value.value())) {
      return;
    }
    Map<String, Object> number = new LinkedHashMap<>();
    number.put("name", column.name());
    number.put("unit", column.unit());
    number.put("value", jmh(value.value()));
    if (!Double.isNaN(value.error())) {
      number.put("error", jmh(value.error()));
    }
    json.writePOJO(number);
  }

  private static Object jmh(double value) {
    return Double.isInfinite(value) ? (value > 0 ? "+INF" : "-INF") : (Object) value;
  }
}
