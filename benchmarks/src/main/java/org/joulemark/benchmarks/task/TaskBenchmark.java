package org.joulemark.benchmarks.task;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.joulemark.benchmarks.model.ModelOpener;
import org.joulemark.benchmarks.model.ModelVerification;
import org.joulemark.benchmarks.work.Ceiling;
import org.joulemark.benchmarks.work.EngineSession;
import org.joulemark.benchmarks.work.Handover;
import org.joulemark.benchmarks.work.KeptModel;
import org.joulemark.benchmarks.work.PassBenchmark;
import org.joulemark.benchmarks.work.VerifiedModel;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.benchmarks.work.WorkSession;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.reports.score.FoundScore;
import org.joulemark.reports.score.ScoreBook;
import org.joulemark.reports.score.ScoreQuery;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * One operation = one item of a task (of each of {@code batch} items of about the same length),
 * from its prompt to what it is scored by. The items are a sample with the distribution of the
 * task's; an iteration is lengthened to whole rounds of the sample, so that its mean is the
 * sample's. The score is the task's, from an evaluation or a published table. What is verified
 * before anything is timed, {@link ModelVerification} says, or of a single layer {@link
 * LayerItems}.
 */
public class TaskBenchmark extends PassBenchmark {
  /** The value of {@link #scores} that stands for the built-in table. */
  public static final String PUBLISHED = "published";

  /**
   * The value of {@link #depth} that stands for one layer, whose cost is taken times the layers.
   */
  public static final String LAYER = "layer";

  /** The value of {@link #depth} that stands for the whole model. */
  public static final String MODEL = "model";

  private static final String AUTO = "auto";

  /** A task of the catalogue, or a user's file. */
  @Param("mmlu")
  public String task;

  /**
   * Items of the sample; {@code auto}: 16, or 4 of one layer; {@code all}: every item of a list, or
   * of the task.
   */
  @Param(AUTO)
  public String items;

  /** {@code model}, or {@code layer}: one layer, taken times the layers. */
  @Param(MODEL)
  public String depth;

  /** Prompts are rounded up to a multiple of this many tokens. */
  @Param("16")
  public String bucket;

  /** Tokens that each item decodes; {@code auto} for the task's own. */
  @Param(AUTO)
  public String decoded;

  /** {@code published}, or a file or folder of scores. */
  @Param(PUBLISHED)
  public String scores;

  private @Nullable SampleRounds rounds;
  private List<Metric> ofTask = List.of();
  private boolean warmup;

  /** Items of the sample where the user does not say. */
  public static String defaultItems(String depth) {
    return depth.equals(LAYER) ? "4" : "16";
  }

  /**
   * What is measured.
   *
   * @param name for complaints and results
   * @param shape the model
   * @param profile the task
   * @param sample of its items
   */
  private record Subject(String name, ModelShape shape, TaskProfile profile, TaskSample sample) {}

  @Override
  protected final WorkSession prepare(Weights weights) {
    SampleRequest asked = new SampleRequest(task, items, depth, bucket, decoded);
    TaskProfile profile = asked.profile();
    ModelShape shape = weights.shape();
    String name = "task " + profile.id() + " of " + shape.id() + " in " + strategy;
    Subject subject = new Subject(name, shape, profile, asked.sample(shape.family()));
    return depth.equals(LAYER)
        ? onEngine((opened, options) -> oneLayer(opened, weights, options, subject))
        : new ModelOpener(request(), weights, name)
            .prepare(ModelItems.positions(subject.sample), use -> wholeModel(use, subject));
  }

  private WorkSession oneLayer(
      EngineSession opened, Weights weights, LayerOptions options, Subject subject) {
    PreparedItems prepared =
        new LayerItems(
                opened.engine(),
                subject.shape,
                weights.layer(),
                options,
                strategy(),
                scales(weights).layer(opened.engine()),
                batch(),
                subject.sample)
            .prepare(subject.name);
    Runnable free =
        () -> {
          try {
            prepared.work().close();
          } finally {
            opened.close();
          }
        };
    return Handover.of(
        prepared.work(), work -> session(opened, subject, prepared, subject.shape.layers(), free));
  }

  private WorkSession wholeModel(KeptModel.Use use, Subject subject) {
    VerifiedModel model = use.model();
    int[][] text =
        ModelVerification.tokens(subject.shape, batch(), model.problem().capacity(), seed());
    ModelItems items = new ModelItems(model.session(), model.problem(), subject.sample, text);
    ModelVerification.requireFinite(subject.name, items.readAll());
    PreparedItems prepared = new PreparedItems(items.prepare(), items.costs(), model.fidelity());
    use.runs(prepared.work());
    return session(model.engine(), subject, prepared, 1, use::giveBack);
  }

  /**
   * Notes and publishes what is prepared; the task has so many operations for each of its items.
   */
  private WorkSession session(
      EngineSession opened,
      Subject subject,
      PreparedItems prepared,
      int operationsPerItem,
      Runnable free) {
    TaskProfile profile = subject.profile;
    TaskSample sample = subject.sample;
    Optional<FoundScore> score = score(profile, subject.shape);
    noteFacts(profile, subject.shape, sample, prepared, score);
    ofTask = metricsOf(profile, sample, score);
    rounds =
        new SampleRounds(
            prepared.work(),
            sample.items().size(),
            opened.engine().energyDomain().startsWith("cuda"));
    WorkUnit unit =
        new WorkUnit(
            subject.name,
            prepared.meanFlops(),
            prepared.meanBytes(),
            score.map(FoundScore::value).orElse(Double.NaN),
            profile.id(),
            batch() * sample.tokens(),
            (double) profile.items() / batch() * operationsPerItem,
            sample.items().size());
    Ceiling ceiling =
        Ceiling.of(opened, strategy().multiplies().name(), unit.flops(), unit.bytes());
    return new WorkSession(opened, prepared.work(), unit, ceiling, free);
  }

  private Optional<FoundScore> score(TaskProfile profile, ModelShape shape) {
    ScoreQuery query =
        new ScoreQuery(
            List.of(shape.id(), shape.title()),
            List.of(profile.id(), profile.harnessTask()),
            profile.metric(),
            profile.harnessMetrics(),
            strategy);
    Optional<FoundScore> own =
        scores.equals(PUBLISHED) ? Optional.empty() : ScoreBook.read(Path.of(scores)).find(query);
    return own.isPresent() ? own : ScoreBook.published().find(query);
  }

  private void noteFacts(
      TaskProfile profile,
      ModelShape shape,
      TaskSample sample,
      PreparedItems prepared,
      Optional<FoundScore> score) {
    WorkWindow.note("task.title", profile.title());
    WorkWindow.note("task.source", profile.source());
    String tokenizer = profile.tokenizer(shape.family());
    WorkWindow.note(
        "task.tokenizer",
        tokenizer.equals(shape.family()) || profile.promptTokens().isEmpty()
            ? tokenizer
            : tokenizer + ", in place of " + shape.family() + ", which has not been counted");
    WorkWindow.note(
        "task.sample",
        String.format(
            Locale.ROOT,
            "%d of %d items, %.1f tokens each and %.1f %% padding",
            sample.items().size(),
            profile.items(),
            sample.tokens(),
            100 * sample.padding()));
    if (profile.endingTokensEach() > 0) {
      WorkWindow.note("task.endings", profile.endingProvenance());
    }
    if (depth.equals(LAYER)) {
      WorkWindow.note(
          "task.depth", "one layer, times " + shape.layers() + "; no embedding and no head");
    }
    WorkWindow.note("task.fidelity", Double.toString(prepared.fidelity()));
    WorkWindow.note(
        "score.source",
        score
            .map(FoundScore::provenance)
            .orElse("none known for " + shape.title() + "; --scores FILE gives one"));
  }

  private List<Metric> metricsOf(
      TaskProfile profile, TaskSample sample, Optional<FoundScore> score) {
    return List.of(
        new Metric("task.items", profile.items(), "item"),
        new Metric("task.item.tokens", sample.tokens(), "token"),
        new Metric("task.padding", sample.padding(), "1"),
        // Where the score comes from stands in the unit, so that it is beside the number in JMH's
        // own JSON, whose writer cannot take commas there.
        new Metric(
            "score.kind",
            score.map(found -> (double) found.score().kind().code()).orElse(Double.NaN),
            score.map(FoundScore::kind).orElse("none")));
  }

  private SampleRounds rounds() {
    return Objects.requireNonNull(rounds, "the benchmark has not been prepared");
  }

  /** Notes whether the iteration counts; fixtures run in no order that could be relied on. */
  @Setup(Level.Iteration)
  public void mark(IterationParams iteration) {
    warmup = iteration.getType() == IterationType.WARMUP;
  }

  /** Begins a round of the sample. */
  @Override
  protected void begun() {
    rounds().begin();
  }

  /** One item of each sequence. */
  @Benchmark
  public void item() {
    submit();
  }

  /** Completes the round of the sample, so that the window holds whole ones; but not to warm up. */
  @Override
  protected List<Metric> finish() {
    if (!warmup) {
      rounds().complete();
    }
    return ofTask;
  }
}
