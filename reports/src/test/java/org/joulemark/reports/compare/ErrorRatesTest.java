package org.joulemark.reports.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.joulemark.reports.Journals;
import org.joulemark.reports.result.LocatedRow;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultRow;
import org.joulemark.reports.result.ResultSet;
import org.junit.jupiter.api.Test;

/**
 * How often the judge is wrong, on forks that were really measured: comparisons of a run with
 * itself raise no alarm, injected changes are found.
 *
 * <p>Both sides of a comparison are drawn from the forks of one configuration with replacement;
 * {@code -Djoulemark.forks=PATH} takes those of another journal, results file or folder. It prints
 * the rates that docs/comparison.md quotes.
 */
class ErrorRatesTest {
  private static final int ROUNDS = 1000;
  private static final int FORKS = 10;
  private static final int CPU_RUNS = 4;

  /** As many as docs/ci.md asks for. */
  private static final int WORKFLOW_FORKS = 10;

  @Test
  void runsComparedWithThemselvesRaiseNoAlarm() {
    for (Forks forks : gpu()) {
      requireQuiet(rates(forks, FORKS, ROUNDS, 1, 1));
    }
    for (int run = 0; run < CPU_RUNS; run++) {
      requireQuiet(rates(cpu(run), FORKS, ROUNDS / CPU_RUNS, 1, 1));
    }
  }

  private static void requireQuiet(Rates rates) {
    System.out.println("A/A: " + rates);
    assertThat(rates.alarms).as(rates.toString()).isLessThanOrEqualTo(rates.rounds / 100);
    assertThat(rates.gains).as(rates.toString()).isLessThanOrEqualTo(rates.rounds / 100);
  }

  /** The same jar, minutes apart, on processors that others used: the second was twice as slow. */
  @Test
  void aCrowdedMachineRaisesNoAlarm() {
    List<Question> questions = new ArrayList<>();
    for (int precision = 0; precision < 2; precision++) {
      Forks first = cpu(precision);
      Forks second = cpu(precision + 2);
      questions.add(
          new Question(ComparedQuantity.TIME, first.time, second.time, first.timeThreshold));
      questions.add(
          new Question(
              ComparedQuantity.ENERGY, first.energy, second.energy, first.energyThreshold));
    }
    List<Judgement> answers = new Judge(Rules.STANDARD).judge(questions);
    assertThat(answers).extracting(Judgement::verdict).containsOnly(Verdict.AMBIGUOUS);
    assertThat(answers.get(0).reason()).contains("was not quiet");
  }

  @Test
  void aSlowdownOf3PercentIsFound() {
    for (Forks forks : gpu()) {
      Rates rates = rates(forks, FORKS, ROUNDS, 1.03, 1);
      System.out.println("time +3 %: " + rates);
      assertThat(rates.slower).as(rates.toString()).isGreaterThanOrEqualTo(ROUNDS * 95 / 100);
      assertThat(rates.more).as(rates.toString()).isLessThanOrEqualTo(ROUNDS / 100);
    }
  }

  @Test
  void anEnergyRiseOf4PercentIsFound() {
    for (Forks forks : gpu()) {
      Rates rates = rates(forks, FORKS, ROUNDS, 1, 1.04);
      System.out.println("energy +4 %: " + rates);
      assertThat(rates.more).as(rates.toString()).isGreaterThanOrEqualTo(ROUNDS * 95 / 100);
      assertThat(rates.slower).as(rates.toString()).isLessThanOrEqualTo(ROUNDS / 100);
    }
  }

  @Test
  void fiveForksSeldomDecideAboutOneQuantityOfTwo() {
    for (Forks forks : gpu()) {
      Rates rates = rates(forks, 5, ROUNDS, 1.03, 1);
      // Only where chance has the other quantity's forks apart as well.
      assertThat(rates.slower).as(rates.toString()).isLessThanOrEqualTo(ROUNDS * 5 / 100);
      assertThat(rates.ambiguous).as(rates.toString()).isGreaterThanOrEqualTo(ROUNDS * 95 / 100);
    }
  }

  @Test
  void aComparisonOfManyConfigurationsRaisesNoMoreAlarmsThanOne() {
    List<Forks> pool = IntStream.range(0, CPU_RUNS).mapToObj(ErrorRatesTest::cpu).toList();
    int alarms = 0;
    for (int round = 0; round < 100; round++) {
      SplittableRandom random = new SplittableRandom(round);
      List<Question> questions = new ArrayList<>();
      for (int row = 0; row < 24; row++) {
        questions.addAll(draw(pool.get(row % pool.size()), FORKS, 1, 1, random));
      }
      alarms += has(new Judge(quick()).judge(questions), Verdict.SLOWER) ? 1 : 0;
    }
    assertThat(alarms).isLessThanOrEqualTo(1);
  }

  /**
   * What docs/ci.md's workflow can find: one changed configuration of four, by the forks a side.
   */
  @Test
  void theForksOfTheWorkflowFindWhatTheThresholdsAskFor() {
    for (Forks pool : gpu()) {
      for (int forks : new int[] {5, 6, 7, 10}) {
        for (int configurations : new int[] {1, 4}) {
          Power power = power(pool, forks, configurations);
          System.out.println(
              pool.name + ", " + forks + " forks, 1 of " + configurations + ": " + power);
          assertThat(power.alarms).as(power.toString()).isLessThanOrEqualTo(Power.ROUNDS / 100);
          if (forks >= WORKFLOW_FORKS) {
            int most = Power.ROUNDS * 95 / 100;
            assertThat(power.slower).as(power.toString()).isGreaterThanOrEqualTo(most);
            assertThat(power.more).as(power.toString()).isGreaterThanOrEqualTo(most);
          }
        }
      }
    }
  }

  private static Power power(Forks pool, int forks, int configurations) {
    return new Power(
        changed(pool, forks, configurations, 1, 1, Verdict.SLOWER, -1),
        changed(pool, forks, configurations, 1.03, 1, Verdict.SLOWER, 0),
        changed(pool, forks, configurations, 1, 1.04, Verdict.SLOWER, 1));
  }

  /** In how many rounds that answer, or any if it is −1, has the verdict. */
  private static int changed(
      Forks pool,
      int forks,
      int configurations,
      double timeFactor,
      double energyFactor,
      Verdict verdict,
      int answer) {
    return (int)
        IntStream.range(0, Power.ROUNDS)
            .parallel()
            .filter(
                round -> {
                  SplittableRandom random = new SplittableRandom(5000L + round);
                  List<Question> questions =
                      new ArrayList<>(draw(pool, forks, timeFactor, energyFactor, random));
                  for (int other = 1; other < configurations; other++) {
                    questions.addAll(draw(pool, forks, 1, 1, random));
                  }
                  List<Judgement> answers = new Judge(quick()).judge(questions);
                  return answer < 0
                      ? has(answers, verdict)
                      : answers.get(answer).verdict() == verdict;
                })
            .count();
  }

  /** The rates for normal forks, which say what spread the gate can bear. */
  @Test
  void theSpreadDecidesHowManyForksAChangeTakes() {
    int rounds = 200;
    for (double spread : new double[] {0.0025, 0.005, 0.01}) {
      StringBuilder line =
          new StringBuilder(String.format(Locale.ROOT, "spread %.2f %%, found:", 100 * spread));
      for (int forks : new int[] {6, 8, 10, 15, 20}) {
        Rates rates = rates(normal(spread), forks, rounds, 1.03, 1);
        line.append(
            String.format(
                Locale.ROOT, " %.1f %% with %d forks", 100.0 * rates.slower / rounds, forks));
        if (forks == FORKS && spread <= 0.005) {
          assertThat(rates.slower).as(rates.toString()).isGreaterThan(rounds * 9 / 10);
        }
      }
      System.out.println(line);
    }
  }

  private static Forks normal(double spread) {
    Random random = new Random(9);
    double[] values =
        random.doubles(4000).map(x -> 100 * (1 + spread * random.nextGaussian())).toArray();
    List<Double> time = Arrays.stream(values).boxed().toList();
    return new Forks("normal", time, time, 0.02, 0.03);
  }

  private static Rates rates(
      Forks forks, int count, int rounds, double timeFactor, double energyFactor) {
    List<List<Judgement>> all =
        IntStream.range(0, rounds)
            .parallel()
            .mapToObj(
                round -> {
                  SplittableRandom random = new SplittableRandom(1000L + round);
                  return new Judge(quick())
                      .judge(draw(forks, count, timeFactor, energyFactor, random));
                })
            .toList();
    return new Rates(
        forks.name,
        count,
        rounds,
        (int) all.stream().filter(answers -> has(answers, Verdict.SLOWER)).count(),
        (int) all.stream().filter(answers -> has(answers, Verdict.FASTER)).count(),
        (int) all.stream().filter(answers -> answers.get(0).verdict() == Verdict.SLOWER).count(),
        (int) all.stream().filter(answers -> answers.get(1).verdict() == Verdict.SLOWER).count(),
        (int) all.stream().filter(answers -> has(answers, Verdict.AMBIGUOUS)).count());
  }

  /**
   * The standard rules with fewer resamples: enough for rates, not for the last digit of a bound.
   */
  private static Rules quick() {
    Rules s = Rules.STANDARD;
    return new Rules(
        s.gpuTimeThreshold(),
        s.cpuTimeThreshold(),
        s.energyThreshold(),
        s.modelledEnergyThreshold(),
        s.confidence(),
        s.significance(),
        s.effect(),
        s.unrest(),
        s.minimumForks(),
        1000,
        s.seed());
  }

  private static List<Question> draw(
      Forks forks, int count, double timeFactor, double energyFactor, SplittableRandom random) {
    int[] before = random.ints(count, 0, forks.time.size()).toArray();
    int[] after = random.ints(count, 0, forks.time.size()).toArray();
    return List.of(
        new Question(
            ComparedQuantity.TIME,
            pick(forks.time, before, 1),
            pick(forks.time, after, timeFactor),
            forks.timeThreshold),
        new Question(
            ComparedQuantity.ENERGY,
            pick(forks.energy, before, 1),
            pick(forks.energy, after, energyFactor),
            forks.energyThreshold));
  }

  private static List<Double> pick(List<Double> values, int[] which, double factor) {
    return Arrays.stream(which).mapToObj(i -> values.get(i) * factor).toList();
  }

  private static boolean has(List<Judgement> answers, Verdict verdict) {
    return answers.stream().anyMatch(answer -> answer.verdict() == verdict);
  }

  /** Every configuration of each run that has forks enough and energy. */
  private static List<Forks> gpu() {
    String other = System.getProperty("joulemark.forks", "");
    Path runs = other.isEmpty() ? Journals.REAL.resolve("h200-forks") : Path.of(other);
    List<Forks> usable =
        files(runs).stream()
            .flatMap(file -> file.rows().stream().map(located -> gpu(file, located.row())))
            .filter(forks -> forks.energy.size() >= Rules.STANDARD.minimumForks())
            .toList();
    assertThat(usable).as("configurations with forks enough").isNotEmpty();
    return usable;
  }

  private static Forks gpu(ResultFile file, ResultRow row) {
    Path folder = Objects.requireNonNull(file.file().toAbsolutePath().getParent());
    return new Forks(
        row.params().get("shape")
            + " "
            + row.params().get("precision")
            + ", run "
            + folder.getFileName(),
        ForkMeans.secondsPerOperation(row.primary()),
        ForkMeans.of(row.metric("energy")),
        Rules.STANDARD.gpuTimeThreshold(),
        Rules.STANDARD.energyThreshold());
  }

  private static Forks cpu(int index) {
    ResultRow row = cpuRows().get(index);
    return new Forks(
        "CPU " + row.params().get("precision") + " " + row.params().get("run"),
        ForkMeans.secondsPerOperation(row.primary()),
        ForkMeans.of(row.metric("energy")),
        Rules.STANDARD.cpuTimeThreshold(),
        Rules.STANDARD.modelledEnergyThreshold());
  }

  private static List<ResultRow> cpuRows() {
    String name = "forks-cpu.jsonl";
    try {
      Path file =
          Path.of(Objects.requireNonNull(ErrorRatesTest.class.getResource(name), name).toURI());
      return files(file).get(0).rows().stream().map(LocatedRow::row).toList();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<ResultFile> files(Path input) {
    ResultSet results = ResultLoader.load(List.of(input));
    assertThat(results.refusals()).isEmpty();
    return results.files();
  }

  private record Forks(
      String name,
      List<Double> time,
      List<Double> energy,
      double timeThreshold,
      double energyThreshold) {}

  /** Of {@link #ROUNDS} comparisons, how many raise an alarm about nothing, or find a change. */
  private record Power(int alarms, int slower, int more) {
    private static final int ROUNDS = 400;

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d alarms, +3 %% of time found %.1f %%, +4 %% of energy found %.1f %%",
          alarms,
          100.0 * slower / ROUNDS,
          100.0 * more / ROUNDS);
    }
  }

  private record Rates(
      String name,
      int forks,
      int rounds,
      int alarms,
      int gains,
      int slower,
      int more,
      int ambiguous) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s, %d forks, %d comparisons: %d alarms (time %d, energy %d), %d gains, %d ambiguous",
          name,
          forks,
          rounds,
          alarms,
          slower,
          more,
          gains,
          ambiguous);
    }
  }
}
