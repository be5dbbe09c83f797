package org.joulemark.reports.result;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Journals of many blocks: every line is read once, in order, under its own number. */
class JournalReaderTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String LINE =
      """
      {"benchmark": "org.joulemark.X.y", "params": {"n": "%d", "long": "%s"}, "outcome": "ok", \
      "notes": {"ä": "β %d"}, "results": []}""";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void readsEveryLineOfManyBlocks(int seed) throws IOException {
    Random random = new Random(seed);
    StringBuilder journal = new StringBuilder();
    List<Integer> places = new ArrayList<>();
    int lines = 0;
    int broken = 0;
    for (int i = 0; i < 200; i++) {
      int size = random.nextInt(8) == 0 ? random.nextInt(1_000_000) : random.nextInt(5_000);
      String line = LINE.formatted(i, "x".repeat(size), i);
      switch (random.nextInt(10)) {
        case 0 -> {
          journal.append("\n \n");
          lines += 2;
        }
        case 1 -> {
          // Without its last brace; the next line must not be taken for the rest of this one.
          journal.append(line, 0, line.length() - 1).append('\n');
          lines++;
          broken++;
        }
        default -> {
          // Spaces before and line ends of Windows are no error.
          journal.append(i % 7 == 0 ? " " : "").append(line).append(i % 5 == 0 ? "\r\n" : "\n");
          places.add(++lines);
        }
      }
    }
    Reading reading =
        JournalReader.read(
            Path.of("j"),
            new ByteArrayInputStream(journal.toString().getBytes(StandardCharsets.UTF_8)),
            true);
    assertThat(reading.rows()).extracting(LocatedRow::place).isEqualTo(places);
    assertThat(reading.cutOff()).isFalse();
    assertThat(reading.complaint().isPresent()).isEqualTo(broken > 0);
    for (LocatedRow located : reading.rows()) {
      Map<String, String> params = located.row().params();
      assertThat(params.keySet()).containsExactly("n", "long");
      assertThat(located.row().notes()).isEqualTo(Map.of("ä", "β " + params.get("n")));
      assertThat(params.getOrDefault("other", "none")).isEqualTo("none");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 100, 300})
  void keepsEverySampleHoweverMany(int count) throws IOException {
    List<Integer> values = IntStream.rangeClosed(1, count).boxed().toList();
    Map<String, Object> metric =
        Map.of("score", 1, "scoreUnit", "us/op", "rawData", List.of(values, values));
    Map<String, Object> entry =
        Map.of(
            "benchmark",
            "org.joulemark.X.y",
            "params",
            Map.of(),
            "outcome",
            "ok",
            "results",
            List.of(
                Map.of("benchmark", "org.joulemark.X.y", "mode", "avgt", "primaryMetric", metric)));
    Reading reading =
        JournalReader.read(
            Path.of("j"), new ByteArrayInputStream(JSON.writeValueAsBytes(entry)), true);
    Samples samples = reading.rows().get(0).row().primary().samples();
    double[] expected = values.stream().mapToDouble(Integer::doubleValue).toArray();
    assertThat(samples.forks()).isEqualTo(2);
    assertThat(samples.fork(0)).isEqualTo(expected);
    assertThat(samples.fork(1)).isEqualTo(expected);
  }

  /** The reader expects the names of the line before: any other must come out as well. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyLineHasItsOwnNamesInItsOwnOrder(int seed) throws IOException {
    Random random = new Random(seed);
    List<String> names =
        List.of("a", "ab", "a\"b", "β", "a.long.name.of.a.metric", "a.long.name", "");
    List<Map<String, String>> expected = new ArrayList<>();
    StringBuilder journal = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      List<String> order = new ArrayList<>(names);
      if (random.nextBoolean()) {
        Collections.shuffle(order, random);
      }
      Map<String, String> notes = new LinkedHashMap<>();
      for (String name : order.subList(0, random.nextInt(names.size() + 1))) {
        notes.put(name, String.valueOf(random.nextInt(5)));
      }
      expected.add(notes);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("benchmark", "org.joulemark.X.y");
      entry.put(random.nextBoolean() ? "wallSeconds" : "none.of.ours", Map.of("benchmark", 1));
      entry.put("notes", notes);
      entry.put("params", Map.of("n", i));
      entry.put("outcome", "ok");
      journal.append(JSON.writeValueAsString(entry)).append('\n');
    }
    Reading reading =
        JournalReader.read(
            Path.of("j"),
            new ByteArrayInputStream(journal.toString().getBytes(StandardCharsets.UTF_8)),
            true);
    assertThat(reading.complaint()).isEmpty();
    assertThat(reading.rows()).hasSize(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      ResultRow row = reading.rows().get(i).row();
      assertThat(List.copyOf(row.notes().entrySet()))
          .isEqualTo(List.copyOf(expected.get(i).entrySet()));
      assertThat(row.params()).isEqualTo(Map.of("n", String.valueOf(i)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "", "\r\n"})
  void aNameThatStandsTwiceIsRefused(String end) throws IOException {
    String twice =
        "{\"benchmark\": \"org.joulemark.X.y\", \"params\": {\"n\": \"1\", \"n\": \"2\"},"
            + " \"outcome\": \"ok\"}";
    Reading reading =
        JournalReader.read(
            Path.of("j"),
            new ByteArrayInputStream((twice + "\n" + end).getBytes(StandardCharsets.UTF_8)),
            true);
    assertThat(reading.rows()).isEmpty();
    assertThat(reading.complaint().orElseThrow())
        .contains("j, line 1")
        .contains("'n' stands twice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "", "\r\n"})
  void whatFollowsAnEntryOnItsLineIsNotLostWithoutAWord(String end) throws IOException {
    String entry = "{\"benchmark\": \"org.joulemark.X.y\", \"params\": {}, \"outcome\": \"ok\"}";
    Reading reading =
        JournalReader.read(
            Path.of("j"),
            new ByteArrayInputStream(
                (entry + "\n" + entry + entry + "\n" + entry + end)
                    .getBytes(StandardCharsets.UTF_8)),
            true);
    assertThat(reading.rows()).hasSize(2);
    assertThat(reading.complaint().orElseThrow())
        .contains("j, line 2")
        .contains("something follows the entry");
  }
}
