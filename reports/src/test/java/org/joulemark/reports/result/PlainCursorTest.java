package org.joulemark.reports.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a plain cursor accepts is what Jackson finds, and what Jackson refuses it refuses. */
class PlainCursorTest {
  private static final byte[] STRANGE =
      "\"\\{}[],:0-.eE+nt \n\u0000".getBytes(StandardCharsets.UTF_8);

  private final PlainCursor plain = new PlainCursor();
  private final RowReader plainRows = new RowReader(true);
  private final RowReader rows = new RowReader(true);
  private final StringCache strings = new StringCache();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void readsWhatJacksonReads(int seed) {
    RandomJson json = new RandomJson(new Random(seed), seed % 2 == 0);
    for (int i = 0; i < 500; i++) {
      byte[] entry = json.entry().getBytes(StandardCharsets.UTF_8);
      Optional<JournalLine> expected = byTokens(entry, entry.length);
      assertThat(expected).as(text(entry)).isPresent();
      assertThat(byBytes(entry, 0, entry.length)).as(text(entry)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void refusesAnEntryThatIsCutAnywhere(int seed) {
    byte[] entry = new RandomJson(new Random(seed), true).entry().getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < entry.length; length++) {
      assertThat(byBytes(entry, 0, length)).as("cut at " + length).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void acceptsNoBrokenEntryThatJacksonRefuses(int seed) {
    Random random = new Random(seed);
    byte[] entry = new RandomJson(random, true).entry().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < entry.length; i++) {
      for (int change = 0; change < 6; change++) {
        byte[] broken = change == 0 ? without(entry, i) : entry.clone();
        if (change > 0) {
          broken[i] =
              change == 1 ? (byte) random.nextInt() : STRANGE[random.nextInt(STRANGE.length)];
        }
        Optional<JournalLine> found = byBytes(broken, 0, broken.length);
        if (found.isPresent()) {
          assertThat(found)
              .as(i + " changed: " + text(broken))
              .isEqualTo(byTokens(broken, broken.length));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "1e+",
        "--1",
        "0x1",
        "1 2",
        "NaN",
        "nul",
        "nulll",
        "tru",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{1:2}",
        "[}",
        "{]",
        "\"a",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\t\"",
      })
  void refusesWhatIsNoJsonWhereNobodyReads(String value) {
    byte[] entry =
        ("{\"benchmark\":\"b\",\"params\":{},\"outcome\":\"ok\",\"x\":" + value + "}")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(byTokens(entry, entry.length)).isEmpty();
    assertThat(byBytes(entry, 0, entry.length)).isEmpty();
  }

  /** As the first bytes of a text, these would say that it is UTF-16. */
  @Test
  void refusesAStringThatLooksLikeAnotherEncoding() {
    for (String name : List.of("reason", "nobody.reads")) {
      byte[] entry =
          ("{\"benchmark\":\"b\",\"params\":{},\"outcome\":\"ok\",\""
                  + name
                  + "\":\"\u0000A\\\"\u0000\"}")
              .getBytes(StandardCharsets.UTF_8);
      assertThat(byTokens(entry, entry.length)).isEmpty();
      assertThat(byBytes(entry, 0, entry.length)).isEmpty();
    }
  }

  @Test
  void leavesNamesThatAreTooLongForJacksonToIt() {
    byte[] entry =
        ("{\"benchmark\":\"b\",\"params\":{},\"outcome\":\"ok\",\"" + "n".repeat(60_000) + "\":1}")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(byTokens(entry, entry.length)).isEmpty();
    assertThat(byBytes(entry, 0, entry.length)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\\u0078\":1",
        "\"β\":1",
        "\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
      })
  void leavesWhatIsRareToJackson(String member) {
    String closed = member + "]".repeat((int) member.chars().filter(c -> c == '[').count());
    byte[] entry =
        ("{\"benchmark\":\"b\",\"params\":{},\"outcome\":\"ok\"," + closed + "}")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(byTokens(entry, entry.length)).isPresent();
    assertThat(byBytes(entry, 0, entry.length)).isEmpty();
  }

  @Test
  void saysWhereTheEntryEndsAndWhetherItIsOneLine() throws IOException {
    byte[] text = " {\"a\": [1, \"}\"]} x".getBytes(StandardCharsets.UTF_8);
    assertThat(plain.enter(text, 0, text.length)).isEqualTo(text.length - 2);
    assertThat(plain.isOneLine()).isTrue();
    byte[] lines = "{\"a\":\n1}".getBytes(StandardCharsets.UTF_8);
    assertThat(plain.enter(lines, 0, lines.length)).isEqualTo(lines.length);
    assertThat(plain.isOneLine()).isFalse();
  }

  /** Who goes on to the next line would look through all blank lines again for each of them. */
  @Test
  void looksForTheEntryOnThisLineOnly() {
    byte[] lines = " \r\n{}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> plain.enter(lines, 0, lines.length))
        .isInstanceOf(NotPlainException.class);
  }

  private Optional<JournalLine> byBytes(byte[] bytes, int from, int to) {
    try {
      int end = plain.enter(bytes, from, to);
      JournalLine line = plainRows.line(plain);
      return end == to ? Optional.of(line) : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Optional<JournalLine> byTokens(byte[] bytes, int length) {
    try (JsonParser parser = RowReader.JSON.createParser(bytes, 0, length)) {
      parser.nextToken();
      JournalLine line = rows.line(new TokenCursor(parser, strings));
      return parser.nextToken() == null ? Optional.of(line) : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static byte[] without(byte[] bytes, int place) {
    byte[] fewer = Arrays.copyOf(bytes, bytes.length - 1);
    System.arraycopy(bytes, place + 1, fewer, place, fewer.length - place);
    return fewer;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
