package org.joulemark.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.reports.result.LocatedRow;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultRow;
import org.joulemark.reports.view.Hardware;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.TextColumn;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns of words, over several ranges of rows, hold what the rows have. */
class ColumnWriterTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> NAMES = List.of("a", "b", "rare", "c", "always");

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096, 4097, 10_000})
  void factsAreWhatTheRowsHave(int count) throws IOException {
    List<ReportRow> rows = rows(count);
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.getFactory().createGenerator(text)) {
      ColumnWriter columns = new ColumnWriter(json);
      json.writeStartObject();
      columns.texts("texts", columns(), rows);
      columns.facts("facts", columns(), rows, row -> row.result().notes());
      columns.strings();
      json.writeEndObject();
    }
    JsonNode written = JSON.readTree(text.toString());
    for (int c = 0; c < NAMES.size(); c++) {
      List<String> expected = expected(rows, NAMES.get(c));
      assertThat(words(written, written.at("/texts/" + c), count)).isEqualTo(expected);
      assertThat(words(written, written.at("/facts/" + c), count)).isEqualTo(expected);
    }
  }

  private static List<String> expected(List<ReportRow> rows, String name) {
    return rows.stream().map(row -> row.result().notes().getOrDefault(name, "")).toList();
  }

  private static List<TextColumn> columns() {
    return NAMES.stream()
        .map(name -> new TextColumn(name, row -> row.result().notes().getOrDefault(name, "")))
        .toList();
  }

  private static List<ReportRow> rows(int count) {
    Random random = new Random(count);
    ResultFile file = new ResultFile(Path.of("j"), Optional.empty(), List.of(), false);
    Hardware hardware = new Hardware("h", Optional.empty());
    List<ReportRow> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ResultRow row =
          new ResultRow(
              "org.joulemark.X.y",
              Map.of(),
              Outcome.OK,
              "",
              "",
              "avgt",
              MetricValue.NONE,
              Map.of(),
              notes(random));
      rows.add(new ReportRow(i + 1, file, 1, new LocatedRow(row, i + 1), hardware));
    }
    return rows;
  }

  private static Map<String, String> notes(Random random) {
    Map<String, String> notes = new LinkedHashMap<>();
    for (String name : NAMES) {
      if (name.equals("always") || random.nextInt(name.equals("rare") ? 100 : 2) == 0) {
        notes.put(name, "word " + random.nextInt(300));
      }
    }
    if (random.nextInt(3) == 0) {
      notes.put("of no column", "word");
    }
    return notes;
  }

  private static List<String> words(JsonNode written, JsonNode column, int rows)
      throws IOException {
    int[] cells = unpack(column.get("c"), rows);
    return IntStream.of(cells).mapToObj(i -> written.get("strings").get(i).asText()).toList();
  }

  private static int[] unpack(JsonNode packed, int rows) throws IOException {
    if (packed.has("k")) {
      return IntStream.generate(packed.get("k")::asInt).limit(rows).toArray();
    }
    int[] elements = elements(packed);
    if (!packed.has("at")) {
      return elements;
    }
    int[] places = unpack(packed.get("at"), elements.length);
    int[] cells = new int[rows];
    for (int i = 0; i < places.length; i++) {
      cells[places[i]] = elements[i];
    }
    return cells;
  }

  private static int[] elements(JsonNode packed) throws IOException {
    if (packed.has("u8")) {
      byte[] bytes = packed.get("u8").binaryValue();
      return IntStream.range(0, bytes.length).map(i -> Byte.toUnsignedInt(bytes[i])).toArray();
    }
    ByteBuffer shorts =
        ByteBuffer.wrap(packed.get("u16").binaryValue()).order(ByteOrder.LITTLE_ENDIAN);
    return IntStream.range(0, shorts.capacity() / Short.BYTES)
        .map(i -> Short.toUnsignedInt(shorts.getShort(Short.BYTES * i)))
        .toArray();
  }
}
