package org.joulemark.reports.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of many blocks: they have the results that they have when they are read in order. */
class JmhFileReaderTest {
  private static final int RESULTS = 3000;
  private static final String SEPARATOR = ",\n";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void readsEveryResultOfManyBlocks(int seed) throws IOException {
    List<String> results = results(seed);
    byte[] text = text(results);
    assertThat(text.length).isGreaterThan(1 << 20);
    assertThat(JmhBlocks.read(new ByteArrayInputStream(text), true)).isEqualTo(rows(results));
    Path file = Files.write(folder.resolve("results.json"), text);
    assertThat(JmhFileReader.read(file, true).rows()).isEqualTo(rows(results));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aFileThatIsCutAnywhereGivesItsWholeResults(int seed) throws IOException {
    List<String> results = results(seed);
    List<LocatedRow> rows = rows(results);
    byte[] text = text(results);
    Random random = new Random(seed);
    for (int i = 0; i < 10; i++) {
      int length = 2 + random.nextInt(text.length - 4);
      Path file = Files.write(folder.resolve("results.json"), Arrays.copyOf(text, length));
      Reading reading = JmhFileReader.read(file, true);
      int whole = wholeWithin(results, length);
      assertThat(reading.rows()).isEqualTo(rows.subList(0, whole));
      assertThat(reading.complaint().orElseThrow())
          .contains("result " + (whole + 1) + " is none of JMH's");
    }
  }

  /** How many results end within so many bytes of their {@link #text}. */
  private static int wholeWithin(List<String> results, int length) {
    int whole = 0;
    int end = 1;
    for (String result : results) {
      end += result.getBytes(StandardCharsets.UTF_8).length;
      if (end > length) {
        break;
      }
      whole++;
      end += SEPARATOR.length();
    }
    return whole;
  }

  /** JSON has four characters of white space, Java many more. */
  @ParameterizedTest
  @ValueSource(strings = {"[R\f,R]", "[R,\u000bR]", "\f[R]", "[\u001cR]", "[R\f]", "[R,R\u001c]"})
  void takesNoOtherWhiteSpaceThanJsons(String shape) throws IOException {
    String result = "{\"benchmark\":\"org.joulemark.X.y\",\"primaryMetric\":{\"score\":1}}";
    byte[] text = shape.replace("R", result).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> JmhBlocks.read(new ByteArrayInputStream(text), true))
        .isInstanceOf(NotPlainException.class);
    Path file = Files.write(folder.resolve("results.json"), text);
    assertThat(JmhFileReader.read(file, true).complaint()).isPresent();
  }

  @Test
  void whatLooksLikeAResultWithinOneIsNone() throws IOException {
    String start = "{\"benchmark\":\"org.joulemark.X.y\",";
    String filling = "\"x\":\"" + "x".repeat(500) + "\",";
    String inner = start + filling + "\"y\":1}";
    String result =
        start
            + "\"inner\":["
            + (inner + ",").repeat(9)
            + inner
            + "],\"primaryMetric\":{\"score\":1}}";
    String text = "[" + (result + ",").repeat(400) + result + "]";
    Path file = Files.writeString(folder.resolve("results.json"), text);
    Reading reading = JmhFileReader.read(file, true);
    assertThat(reading.complaint()).isEmpty();
    assertThat(reading.rows()).hasSize(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[1]", "[{}]", "[[{\"a\":1}]]", "[{\"a\":1}", "[{\"benchmark\":"})
  void doesNotTakeWhatIsNoListOfResults(String text) {
    assertThatThrownBy(
            () ->
                JmhBlocks.read(
                    new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), true))
        .isInstanceOf(NotPlainException.class);
  }

  private static byte[] text(List<String> results) {
    return ("[" + String.join(SEPARATOR, results) + "]\n").getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> results(int seed) {
    RandomJson json = new RandomJson(new Random(seed), seed % 2 == 0);
    return Stream.generate(json::result).limit(RESULTS).toList();
  }

  private static List<LocatedRow> rows(List<String> results) throws IOException {
    RowReader reader = new RowReader(true);
    StringCache strings = new StringCache();
    List<LocatedRow> rows = new ArrayList<>();
    for (String result : results) {
      try (JsonParser parser = RowReader.JSON.createParser(result)) {
        parser.nextToken();
        JmhResult read = reader.result(new TokenCursor(parser, strings));
        rows.add(new LocatedRow(ResultRow.of(read), rows.size() + 1));
      }
    }
    return rows;
  }
}
