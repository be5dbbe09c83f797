package org.joulemark.reports.result;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Journal entries and JMH's results with everything in them that JSON allows in a value. */
final class RandomJson {
  private static final List<String> CHARACTERS =
      List.of(
          "a",
          "b",
          " ",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\\\"",
          "\\\\",
          "\\/",
          "\\n",
          "\\u00e9",
          "\\ud83d\\ude00",
          "°",
          "β",
          "😀",
          "},{",
          "\\\"},\\n{\\\"");

  private static final List<String> NAME_CHARACTERS =
      List.of("a", "b", " ", "{", "}", "[", "]", ",", ":", "/", "},{");

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-0",
          "0.0",
          "-0.0",
          "7",
          "-12",
          "1.5",
          "1e3",
          "1E-7",
          "-2.5e+11",
          "123456789012345678",
          "9007199254740993",
          "123456789012345678901234567890",
          "0.1234567890123456789",
          "1e400",
          "4.9E-324",
          "177.1919349169106",
          "\"NaN\"",
          "\"+INF\"",
          "\"-INF\"");

  private final Random random;

  /** Whether there may be spaces and line ends between the parts. */
  private final boolean spaced;

  RandomJson(Random random, boolean spaced) {
    this.random = random;
    this.spaced = spaced;
  }

  String entry() {
    return object(
        List.of(
            "\"benchmark\":" + space() + "\"org.joulemark.X.y\"",
            "\"params\":" + words(),
            "\"outcome\":\"ok\"",
            "\"reason\":" + (random.nextBoolean() ? "null" : string()),
            "\"startedAt\":" + string(),
            name("") + ":" + value(4),
            "\"notes\":" + words(),
            "\"results\":" + array(this::result, 2)));
  }

  String result() {
    return object(
        List.of(
            "\"jmhVersion\"" + space() + ":\"1.37\"",
            "\"benchmark\":\"org.joulemark.X.y\"",
            "\"mode\":\"avgt\"",
            "\"jvmArgs\":" + value(3),
            "\"primaryMetric\":" + metric(),
            "\"secondaryMetrics\":"
                + object(
                    IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> "\"m" + i + "\":" + metric())
                        .toList())));
  }

  private String metric() {
    return object(
        List.of(
            "\"score\":" + number(),
            random.nextBoolean() ? "\"scoreError\":" + number() : "\"other\":" + value(2),
            "\"scoreUnit\":" + string(),
            "\"scoreConfidence\":" + value(2),
            "\"rawData\":" + array(() -> array(this::number, 4), 2)));
  }

  private String words() {
    return object(
        IntStream.range(0, random.nextInt(4))
            .mapToObj(i -> name("" + i) + ":" + string())
            .toList());
  }

  private String value(int depth) {
    return switch (depth == 0 ? random.nextInt(3) : random.nextInt(5)) {
      case 0 -> string();
      case 1 -> number();
      case 2 -> List.of("null", "true", "false").get(random.nextInt(3));
      case 3 -> array(() -> value(depth - 1), 3);
      default -> object(List.of(name("") + ":" + value(depth - 1), "\"x\":" + value(depth - 1)));
    };
  }

  private String number() {
    return NUMBERS.get(random.nextInt(NUMBERS.size()));
  }

  private String string() {
    return text(CHARACTERS, "");
  }

  private String name(String start) {
    return text(NAME_CHARACTERS, start);
  }

  private String text(List<String> characters, String start) {
    return IntStream.range(0, random.nextInt(6))
        .mapToObj(i -> characters.get(random.nextInt(characters.size())))
        .collect(Collectors.joining("", "\"" + start, "\""));
  }

  private String array(Supplier<String> element, int most) {
    return IntStream.range(0, random.nextInt(most + 1))
        .mapToObj(i -> element.get())
        .collect(Collectors.joining("," + space(), "[" + space(), space() + "]"));
  }

  private String object(List<String> members) {
    return members.stream()
        .collect(Collectors.joining(space() + "," + space(), "{" + space(), space() + "}"));
  }

  private String space() {
    return spaced ? List.of("", " ", "  ", "\n\t", "\r\n    ").get(random.nextInt(5)) : "";
  }
}
