package org.joulemark.reports.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** An ambiguous answer says what would decide it. */
class JudgeTest {
  private static final Pattern ADVICE = Pattern.compile("about (\\d+) forks on each side");

  @Test
  void asManyForksAsItAsksForDecide() {
    Judgement few = judge(6, 1.028, 0.012);
    assertThat(few.verdict()).isEqualTo(Verdict.AMBIGUOUS);
    Matcher advice = ADVICE.matcher(few.reason());
    assertThat(advice.find()).as(few.reason()).isTrue();
    int forks = Integer.parseInt(advice.group(1));
    assertThat(forks).isBetween(7, 40);
    // An estimate from six forks: half as many more leave no doubt.
    assertThat(judge(forks + forks / 2, 1.028, 0.012).verdict()).isEqualTo(Verdict.SLOWER);
  }

  @Test
  void aChangeAtTheThresholdIsNoMatterOfForks() {
    Judgement judgement = judge(8, 1.02, 0.01);
    assertThat(judgement.verdict()).isEqualTo(Verdict.AMBIGUOUS);
    assertThat(judgement.reason()).contains("too near to the threshold for 50 forks");
  }

  /** Forks at evenly spread places, shuffled, so that the median of the ratios is the factor. */
  private static Judgement judge(int forks, double factor, double spread) {
    return new Judge(Rules.STANDARD)
        .judge(
            List.of(
                new Question(
                    ComparedQuantity.TIME,
                    run(forks, 1, spread),
                    run(forks, factor, spread),
                    0.02)))
        .get(0);
  }

  private static List<Double> run(int forks, double factor, double spread) {
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < forks; i++) {
      values.add(factor * Math.exp(spread * (2.0 * i / (forks - 1) - 1)));
    }
    Collections.shuffle(values, new Random(4));
    return values;
  }
}
