package org.joulemark.reports.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.joulemark.reports.study.Study;
import org.junit.jupiter.api.Test;

/**
 * The study's table as candidates: its own figures, labelled, and nothing that it does not give.
 */
class StudyCandidatesTest {
  private final List<Candidate> candidates =
      new StudyCandidates(Study.published(), Prices.NONE).candidates();

  @Test
  void figuresAreTheStudysAndTheRestIsUnknown() {
    Candidate int8 =
        candidates.stream()
            .filter(one -> one.work().endsWith("qwen2.5-7b") && one.strategy().equals("int8"))
            .findFirst()
            .orElseThrow();
    assertThat(int8.provenance()).isEqualTo(Provenance.STUDY);
    assertThat(int8.scoreRetention()).isCloseTo(70.9 / 71.8, within(1e-12));
    assertThat(int8.eor()).isEqualTo(0.0224);
    assertThat(int8.joulesPerOperation()).isCloseTo(31.72 * 3600, within(1e-6));
    assertThat(int8.board()).isEqualTo(BoardPower.published(250));
    assertThat(int8.memoryGigabytes()).isEqualTo(40);
    assertThat(int8.secondsPerOperation()).isNaN();
    assertThat(int8.watts()).isNaN();
    assertThat(int8.price()).isNaN();
  }

  @Test
  void itsOwnTableBearsOutItsOwnTreeInTheDataCentre() {
    UseCase dataCentre = UseCases.standard().get(0);
    List<Recommendation> byEfficiency =
        new Recommender(new MostEfficient()).recommend(List.of(dataCentre), candidates);
    List<Recommendation> byTree =
        new Recommender(new StudyTree()).recommend(List.of(dataCentre), candidates);
    assertThat(byEfficiency).hasSize(2);
    assertThat(byEfficiency)
        .allSatisfy(
            answer -> assertThat(answer.ranked().get(0).candidate().strategy()).isEqualTo("int8"));
    assertThat(byTree)
        .allSatisfy(answer -> assertThat(answer.ranked()).hasSize(1))
        .allSatisfy(
            answer -> assertThat(answer.ranked().get(0).candidate().strategy()).isEqualTo("int8"));
  }
}
