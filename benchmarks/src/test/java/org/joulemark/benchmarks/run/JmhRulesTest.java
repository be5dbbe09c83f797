package org.joulemark.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JmhRulesTest {

  @ParameterizedTest
  @CsvSource({
    "-bm ss,-bm ss,avgt (the default) or thrpt",
    "-bm sample,-bm sample,avgt (the default) or thrpt",
    "-bm all,-bm all,avgt (the default) or thrpt",
    "'-bm avgt,ss',-bm ss,avgt (the default) or thrpt",
    "-t 4,-t 4,-p threads=N",
    "-t max,-t max,-p threads=N",
    "'-tg 1,1','-tg 1,1',-p threads=N",
    "-opi 10,-opi 10,-p batch=N",
    "-bs 10,-bs 10,-p batch=N"
  })
  void refusesWhatMakesWrongFigures(String given, String named, String instead) {
    assertThatThrownBy(() -> check(given))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(named + " is not possible")
        .hasMessageContaining(instead)
        .hasMessageEndingWith(".");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GemmBenchmark",
        "-bm avgt",
        "-bm thrpt",
        "-bm avgt,thrpt",
        "-t 1",
        "-tg 1",
        "-opi 1",
        "-bs 1",
        "-wbs 10",
        "-tu ms",
        "-si false",
        "-gc true",
        "-wm BULK"
      })
  void leavesTheRestToJmh(String given) {
    assertThatCode(() -> check(given)).doesNotThrowAnyException();
  }

  @Test
  void aModeThatThereIsNotIsAComplaintOfOneLine() {
    assertThatThrownBy(() -> check("-bm nope"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("nope")
        .hasMessageContaining("avgt")
        .hasMessageNotContaining("\n");
  }

  private static void check(String given) {
    JmhRules.check(CommandLine.parse(List.of(given.split(" "))).options());
  }
}
