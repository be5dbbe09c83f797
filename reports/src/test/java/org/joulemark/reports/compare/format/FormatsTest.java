package org.joulemark.reports.compare.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.joulemark.reports.compare.RunFiles.around;
import static org.joulemark.reports.compare.RunFiles.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.joulemark.reports.compare.Comparer;
import org.joulemark.reports.compare.Comparison;
import org.joulemark.reports.compare.Difference;
import org.joulemark.reports.compare.Rules;
import org.joulemark.reports.compare.RunFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Every form of a comparison is well formed, whatever the names and numbers in the results. */
class FormatsTest {
  private static final String SCRIPT = "<script>alert('x')</script>";
  private static final String QUOTES =
      "say \"it\" | `now` *and* \\ @everyone [a](http://b) & ]]> ${x}";
  private static final String CONTROLS = "a\nb\r\tc\u0000d\u001b[31me\u2028f\u202eg";
  private static final String HALF = "half \ud800 end \uffff";
  private static final String LONG = "x".repeat(10_000);

  /** A sample line of OpenMetrics: name, labels with escaped values, a number. */
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-z_]+)\\{([a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]++|\\\\[\\\\\"n])*+\"(?:,|(?=})))*} "
              + "(NaN|[+-]Inf|-?[0-9.]+(E-?[0-9]+)?)");

  @TempDir static Path folder;
  private static Comparison hostile =
      new Comparison("", "", List.of(), List.of(), List.of(), false);

  @BeforeAll
  static void compareHostileRuns() throws IOException {
    RunFiles a = new RunFiles(folder.resolve("a"));
    RunFiles b = new RunFiles(folder.resolve("b"));
    double[] none = new double[10];
    Arrays.fill(none, Double.NaN);
    double[] infinite = new double[10];
    Arrays.fill(infinite, Double.POSITIVE_INFINITY);
    double[] minus = new double[10];
    Arrays.fill(minus, Double.NEGATIVE_INFINITY);
    add(a, b, SCRIPT, around(200), around(1), around(220), around(1));
    add(a, b, QUOTES, around(200), around(1), around(200), around(1.2));
    add(a, b, CONTROLS, around(200), around(1), around(200), around(0.8));
    add(a, b, HALF, around(200), none, around(200), none);
    add(a, b, LONG, infinite, around(1), around(200), minus);
    a.row(Map.of("engine", "cuda", "name", "gone"), around(1), around(1));
    b.failed(Map.of("engine", "cuda", "name", "gone"), SCRIPT + QUOTES + CONTROLS);
    hostile =
        new Comparer(Rules.STANDARD, false)
            .compare(
                SCRIPT + CONTROLS,
                a.write(gpu("device.name", SCRIPT + QUOTES)),
                QUOTES,
                b.write(gpu("device.name", SCRIPT + QUOTES, "test.commit", SCRIPT)));
  }

  private static void add(
      RunFiles a,
      RunFiles b,
      String name,
      double[] timeA,
      double[] energyA,
      double[] timeB,
      double[] energyB) {
    Map<String, String> params = new TreeMap<>(Map.of("engine", "cuda", "name", name));
    // Two names that are one after sanitizing, and one that is markup.
    params.put("p-q", name);
    params.put("p.q", name);
    params.put("<b>\"", "1");
    a.row(params, timeA, energyA);
    b.row(params, timeB, energyB);
  }

  @Test
  void theRunIsWhatTheTestNeeds() {
    assertThat(hostile.headline())
        .isEqualTo("Regression: of 6 configurations, 3 worse, 1 ambiguous, 1 better, 1 the same.");
    assertThat(hostile.exitCode()).isEqualTo(Comparison.REGRESSION);
  }

  @ParameterizedTest
  @EnumSource
  void noFormHasControlsOrHalvesOfCharacters(ComparisonFormat format) {
    String text = format.render(hostile);
    assertThat(text).endsWith("\n");
    assertThat(text.codePoints().filter(p -> p != '\n').anyMatch(Character::isISOControl))
        .isFalse();
    assertThat(text).doesNotContain("\u2028").doesNotContain("\u202e");
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void anEmptyComparisonIsWellFormedToo(ComparisonFormat format) {
    Comparison nothing = new Comparison("A", "B", List.of(), List.of(), List.of(), false);
    assertThat(format.render(nothing)).endsWith("\n");
  }

  @Test
  void markdownHasNoMarkupFromNames() {
    for (ComparisonFormat format :
        List.of(ComparisonFormat.MARKDOWN, ComparisonFormat.GITHUB_SUMMARY)) {
      String text = format.render(hostile);
      assertThat(text)
          .doesNotContain("<script")
          .doesNotContain("@everyone")
          .doesNotContain("`now`")
          .doesNotContain("](")
          .doesNotContain("http://")
          .doesNotContain("*and*");
      assertThat(text.lines().filter(line -> line.startsWith("|")))
          .allSatisfy(line -> assertThat(line.chars().filter(c -> c == '|').count()).isEqualTo(10));
      assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(8000));
    }
  }

  @Test
  void theSummaryStaysBelowGithubsLimit() throws IOException {
    RunFiles a = new RunFiles(folder.resolve("many-a"));
    RunFiles b = new RunFiles(folder.resolve("many-b"));
    double[] one = {1};
    for (int i = 0; i < 3000; i++) {
      Map<String, String> params = Map.of("engine", "cuda", "name", i + SCRIPT.repeat(20));
      a.row(params, one, one);
      b.row(params, one, one);
    }
    Comparison many =
        new Comparer(Rules.STANDARD, false).compare("A", a.write(gpu()), "B", b.write(gpu()));
    String text = ComparisonFormat.GITHUB_SUMMARY.render(many);
    assertThat(text.getBytes(StandardCharsets.UTF_8).length)
        .isLessThan(1 << 20)
        .isGreaterThan(500_000);
    assertThat(text).containsPattern("… and \\d+ rows more");
  }

  @Test
  void junitIsXmlWithTheVerdictsAsOutcomes() throws Exception {
    String text = ComparisonFormat.JUNIT.render(hostile);
    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();
    Element suite = (Element) root.getElementsByTagName("testsuite").item(1);
    assertThat(suite.getAttribute("tests")).isEqualTo("10");
    assertThat(suite.getElementsByTagName("testcase").getLength()).isEqualTo(10);
    assertThat(suite.getAttribute("failures")).isEqualTo("3");
    assertThat(suite.getElementsByTagName("failure").getLength()).isEqualTo(3);
    assertThat(suite.getAttribute("skipped")).isEqualTo("2");
    assertThat(suite.getElementsByTagName("skipped").getLength()).isEqualTo(2);
    assertThat(suite.getAttribute("name")).contains(SCRIPT);
    NodeList cases = suite.getElementsByTagName("testcase");
    assertThat(((Element) cases.item(0)).getAttribute("name"))
        .contains("name=" + SCRIPT)
        .endsWith(" time");
    assertThat(text).contains("x".repeat(10_000));
  }

  @Test
  void differentEnvironmentsAreAJunitError() {
    Comparison blocked =
        new Comparison(
            "A",
            "B",
            hostile.hardware(),
            List.of(new Difference("driver", "1", "<2>", true)),
            List.of(),
            false);
    assertThat(ComparisonFormat.JUNIT.render(blocked))
        .contains("<error type=\"not comparable\" message=\"driver: 1 in A, &lt;2&gt; in B.\"")
        .doesNotContain("<failure");
    assertThat(ComparisonFormat.OPENMETRICS.render(blocked))
        .contains("joulemark_operation_seconds{")
        .doesNotContain("verdict")
        .doesNotContain("change_ratio");
    assertThat(ComparisonFormat.SMALLER_IS_BETTER.render(blocked))
        .contains("not compared")
        .doesNotContain("slower");
    assertThat(ComparisonFormat.MARKDOWN.render(blocked)).doesNotContain("|");
    assertThat(ComparisonFormat.TEXT.render(blocked)).contains("--force").doesNotContain("─");
  }

  @Test
  void theActionsJsonHasFiniteNumbersAndDistinctNames() throws IOException {
    for (ComparisonFormat format :
        List.of(ComparisonFormat.SMALLER_IS_BETTER, ComparisonFormat.BIGGER_IS_BETTER)) {
      JsonNode entries = new ObjectMapper().readTree(format.render(hostile));
      assertThat(entries.size()).isGreaterThan(2);
      Set<String> names = new HashSet<>();
      for (JsonNode entry : entries) {
        assertThat(entry.path("value").isNumber()).isTrue();
        assertThat(Double.isFinite(entry.path("value").doubleValue())).isTrue();
        assertThat(names.add(entry.path("name").textValue())).isTrue();
        assertThat(entry.path("unit").textValue()).isNotEmpty();
      }
    }
  }

  @Test
  void openMetricsFollowsItsGrammar() {
    List<String> lines = ComparisonFormat.OPENMETRICS.render(hostile).lines().toList();
    assertThat(lines.get(lines.size() - 1)).isEqualTo("# EOF");
    Set<String> families = new HashSet<>();
    Set<String> series = new HashSet<>();
    String family = "";
    for (String line : lines.subList(0, lines.size() - 1)) {
      if (line.startsWith("# TYPE ")) {
        family = line.split(" ", -1)[2];
        assertThat(families.add(family)).as("%s is in one piece", family).isTrue();
      } else if (line.startsWith("# UNIT ")) {
        assertThat(family).endsWith("_" + line.split(" ", -1)[3]);
      } else if (!line.startsWith("# HELP ")) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        assertThat(sample.group(1)).isEqualTo(family);
        assertThat(series.add(line.substring(0, line.lastIndexOf('}'))))
            .as("distinct: %s", line)
            .isTrue();
      }
    }
    assertThat(families).hasSize(6);
    assertThat(lines).anyMatch(line -> line.contains("param_p_q=") && line.contains("param_p_q_="));
    assertThat(lines).anyMatch(line -> line.endsWith("} NaN"));
    assertThat(lines).anyMatch(line -> line.endsWith("} -Inf"));
  }

  @Test
  void theTerminalsTableStaysATable() {
    String text = ComparisonFormat.TEXT.render(hostile);
    assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(1500));
    assertThat(text).contains("slower").contains("more").contains("less").contains("gone");
  }
}
