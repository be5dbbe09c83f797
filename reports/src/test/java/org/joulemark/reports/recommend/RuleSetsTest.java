package org.joulemark.reports.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.joulemark.reports.result.Sensor;
import org.junit.jupiter.api.Test;

/** What the rule sets choose, why, and what would change it. */
class RuleSetsTest {
  private static final Constraint RETENTION =
      new Constraint(Figure.SCORE_RETENTION, 0.99, null, null, "a rule of the house");
  private static final Constraint PRICE = new Constraint(Figure.PRICE, null, 2000.0, null, null);

  private final MostEfficient mostEfficient = new MostEfficient();

  @Test
  void theHighestEorWithinTheLimitsWinsAndTheNearestExclusionIsNamed() {
    Candidate int8 = candidate("H200", "int8", 0.985, 6000, 700, Double.NaN);
    Candidate fp8 = candidate("H200", "fp8", 0.95, 7000, 700, Double.NaN);
    Candidate fp16 = candidate("H200", "fp16", 0.9996, 3000, 700, Double.NaN);
    Candidate fp32 = candidate("H200", "fp32", 1, 1500, 700, Double.NaN);
    Recommendation answer =
        mostEfficient.recommend(useCase(RETENTION), List.of(fp32, int8, fp8, fp16));
    assertThat(answer.ranked()).extracting(Ranked::candidate).containsExactly(fp16, fp32);
    assertThat(answer.ranked())
        .extracting(Ranked::rule)
        .containsExactly(
            "highest EOR of the 2 that keep every limit", "50.0 % less EOR than the first");
    assertThat(answer.excluded()).extracting(Excluded::candidate).containsExactly(int8, fp8);
    assertThat(answer.excluded().get(0).reasons())
        .containsExactly("score retention 0.9850, needs at least 0.990 (a rule of the house)");
    assertThat(answer.changes())
        .containsExactly(
            "H200 with int8 (EOR 6.00 k against 3.00 k) would come first but for: score retention"
                + " 0.9850, needs at least 0.990 (a rule of the house).",
            "The second would come first with 50.0 % less energy for the same score.");
  }

  @Test
  void aMissingPriceIsNotGuessed() {
    Candidate known = candidate("RTX 4090", "fp16", 1, 2000, 450, 1900);
    Candidate unknown = candidate("H200", "fp16", 1, 3000, 700, Double.NaN);
    Candidate dear = candidate("A100", "fp16", 1, 2500, 250, 9000);
    Recommendation answer = mostEfficient.recommend(useCase(PRICE), List.of(unknown, dear, known));
    assertThat(answer.ranked()).extracting(Ranked::candidate).containsExactly(known, unknown);
    assertThat(answer.ranked().get(0).rule()).isEqualTo("the only one that keeps every limit");
    assertThat(answer.ranked().get(1).reservations())
        .containsExactly("price not judged: no price for H200 (--prices FILE gives one)");
    assertThat(answer.changes())
        .containsExactly(
            "A100 with fp16 (EOR 2.50 k against 2.00 k) would come first but for: price 9,000, needs"
                + " at most 2,000.",
            "H200 with fp16 has a higher EOR and would come first if this were known to be kept:"
                + " price not judged: no price for H200 (--prices FILE gives one).");
  }

  @Test
  void twoSensorsLeaveTheOrderOpenWhereTheResultsAreNearerThanTheyMayBe() {
    Recommendation answer =
        mostEfficient.recommend(
            useCase(),
            List.of(
                candidate("card 1", "fp8", 1, 1000, 700, Double.NaN),
                candidate("card 2", "fp8", 1, 940, 700, Double.NaN),
                candidate("card 1", "fp16", 1, 939, 700, Double.NaN),
                candidate("card 2", "fp16", 1, 920, 700, Double.NaN)));
    assertThat(answer.ranked())
        .extracting(ranked -> ranked.reservations().size())
        .containsExactly(0, 1, 0, 0);
    assertThat(answer.ranked().get(1).reservations().get(0))
        .isEqualTo(
            "another sensor measured it than the first, and two may differ by 7 %: which of them is"
                + " ahead is open");
  }

  @Test
  void nothingFitsIsSaidWithWhatIsNearest() {
    Constraint board = new Constraint(Figure.BOARD_POWER, null, 165.0, null, null);
    Recommendation answer =
        mostEfficient.recommend(
            useCase(board),
            List.of(
                candidate("H200", "fp16", 1, 3000, 700, Double.NaN),
                candidate("A100", "fp16", 1, 1000, 250, Double.NaN)));
    assertThat(answer.ranked()).isEmpty();
    assertThat(answer.changes())
        .containsExactly(
            "A100 with fp16 (EOR 1.00 k) would come first but for: board power 250 W (published), needs at most"
                + " 165 W.");
  }

  @Test
  void unknownEfficiencyIsNoRank() {
    for (double eor : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 0, -1}) {
      Recommendation answer =
          mostEfficient.recommend(
              useCase(), List.of(candidate("H200", "fp16", 1, eor, 700, Double.NaN)));
      assertThat(answer.ranked()).isEmpty();
      assertThat(answer.excluded().get(0).reasons().get(0)).startsWith("no EOR");
      assertThat(answer.changes()).isNotEmpty();
    }
  }

  @Test
  void aLimitOfAnotherWorkDoesNotConcern() {
    Constraint decode = new Constraint(Figure.LATENCY, null, 1e-9, "ModelDecode", null);
    assertThat(
            mostEfficient
                .recommend(useCase(decode), List.of(candidate("H200", "fp16", 1, 1, 1, 1)))
                .ranked())
        .hasSize(1);
  }

  @Test
  void whateverTheCandidatesTheRankedKeepTheLimitsInOrderAndNobodyIsLost() {
    SplittableRandom random = new SplittableRandom(4);
    for (int round = 0; round < 300; round++) {
      List<Candidate> candidates =
          IntStream.range(0, 1 + random.nextInt(12))
              .mapToObj(
                  i ->
                      candidate(
                          "GPU " + i,
                          "fp16",
                          0.95 + 0.05 * random.nextDouble(),
                          random.nextInt(8) == 0 ? Double.NaN : 1 + random.nextInt(1000),
                          300,
                          random.nextBoolean() ? Double.NaN : random.nextInt(4000)))
              .toList();
      Recommendation answer = mostEfficient.recommend(useCase(RETENTION, PRICE), candidates);
      assertThat(answer.ranked().size() + answer.excluded().size()).isEqualTo(candidates.size());
      assertThat(answer.changes()).isNotEmpty();
      boolean unjudged = false;
      double last = Double.POSITIVE_INFINITY;
      for (Ranked ranked : answer.ranked()) {
        assertThat(ranked.candidate().scoreRetention()).isGreaterThanOrEqualTo(0.99);
        assertThat(ranked.candidate().price() > 2000).isFalse();
        if (!unjudged && !ranked.reservations().isEmpty()) {
          unjudged = true;
          last = Double.POSITIVE_INFINITY;
        }
        assertThat(ranked.reservations().isEmpty()).isEqualTo(!unjudged);
        assertThat(ranked.candidate().eor()).isLessThanOrEqualTo(last);
        last = ranked.candidate().eor();
      }
    }
  }

  @Test
  void theStudysTreeNamesItsChoiceBesideTheFiguresHere() {
    UseCase dataCentre =
        UseCases.standard().stream()
            .filter(one -> one.id().equals("data-centre"))
            .findFirst()
            .orElseThrow();
    Candidate chosen = candidate("NVIDIA A100-PCIE-40GB", "int8-symmetric", 0.97, 900, 250, 1);
    Candidate better = candidate("NVIDIA H200", "fp16", 1, 3000, 700, 1);
    Recommendation answer = new StudyTree().recommend(dataCentre, List.of(better, chosen));
    assertThat(answer.ranked()).extracting(Ranked::candidate).containsExactly(chosen);
    assertThat(answer.ranked().get(0).rule()).contains("98 %").contains("claim");
    assertThat(answer.ranked().get(0).reservations().get(0))
        .startsWith("does not keep: score retention 0.970, needs at least 0.980");
    assertThat(answer.changes().get(0)).contains("NVIDIA H200 with fp16");
    Recommendation none = new StudyTree().recommend(dataCentre, List.of(better));
    assertThat(none.ranked()).isEmpty();
    assertThat(none.changes())
        .containsExactly("A result of A100 with INT8 for this work: there is none here.");
  }

  @Test
  void worksAndProvenancesAreNeverRankedTogether() {
    Candidate a = candidate("H200", "fp16", 1, 3000, 700, 1);
    Candidate modelled = with(a, a.work(), Provenance.MODELLED);
    Candidate other = with(a, "other", Provenance.MEASURED);
    List<Recommendation> answers =
        new Recommender(mostEfficient).recommend(List.of(useCase()), List.of(a, modelled, other));
    assertThat(answers).hasSize(3);
    assertThat(answers).allSatisfy(answer -> assertThat(answer.ranked()).hasSize(1));
  }

  private static UseCase useCase(Constraint... constraints) {
    return new UseCase("test", "Test", List.of(constraints), List.of());
  }

  private static Candidate with(Candidate of, String work, Provenance provenance) {
    return new Candidate(
        work,
        of.hardware(),
        of.strategy(),
        of.variant(),
        provenance,
        of.source(),
        of.scoreRetention(),
        of.scoreKind(),
        of.eor(),
        of.joulesPerOperation(),
        of.secondsPerOperation(),
        of.watts(),
        of.board(),
        of.memoryGigabytes(),
        of.sensor(),
        of.price());
  }

  private static Candidate candidate(
      String hardware,
      String strategy,
      double retention,
      double eor,
      double boardWatts,
      double price) {
    return new Candidate(
        "Gemm shape=x",
        hardware,
        strategy,
        "",
        Provenance.MEASURED,
        "results",
        retention,
        "",
        eor,
        3600 / eor,
        0.001,
        boardWatts,
        BoardPower.published(boardWatts),
        40,
        new Sensor(hardware, "", 0.05),
        price);
  }
}
