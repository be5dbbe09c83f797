package org.joulemark.reports.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.reports.result.LocatedRow;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultRow;
import org.joulemark.reports.result.RowEnvironment;
import org.joulemark.reports.result.Samples;
import org.joulemark.reports.result.Sensor;

/**
 * What one task took, on one device in one way.
 *
 * @param task its id; for a file of the user's, the file's name
 * @param model its id
 * @param checkpoint the folder of the model's own weights, or {@value #SEEDED} for made-up ones
 * @param strategy how the model was carried out
 * @param batch items side by side
 * @param depth {@code model}, or {@code layer}: one layer, taken times the layers
 * @param items of the sample as they were asked for: a number or {@code all}
 * @param decoded tokens decoded by each item as they were asked for: a number, or {@code auto}
 * @param sensor what measured it, and so on which device
 * @param energyKind {@code measured}, {@code integrated} or {@code modelled}
 * @param wattHours of the whole task, with what its scatter, its windows and its sample leave open
 * @param hours of the whole task
 * @param score fraction in [0, 1], NaN where none is known
 * @param scoreSource where it comes from
 * @param eor score / Wh
 * @param tweor score / (Wh · s)
 * @param itemTokens tokens of the mean item
 */
public record TaskResult(
    String task,
    String model,
    String checkpoint,
    String strategy,
    String batch,
    String depth,
    String items,
    String decoded,
    Sensor sensor,
    String energyKind,
    Interval wattHours,
    double hours,
    double score,
    String scoreSource,
    double eor,
    double tweor,
    double itemTokens) {

  /** The checkpoint of a model that has made-up weights. */
  public static final String SEEDED = "none";

  /** The tasks among the rows of one run. */
  public static List<TaskResult> of(List<ResultRow> rows) {
    return rows.stream().filter(TaskResult::isTask).map(row -> of(row, Map.of())).toList();
  }

  /** The tasks in a file of results. */
  public static List<TaskResult> of(ResultFile file) {
    Map<String, String> engine =
        file.environment().flatMap(known -> Optional.ofNullable(known.engine())).orElse(Map.of());
    List<TaskResult> results = new ArrayList<>();
    for (LocatedRow located : file.rows()) {
      if (isTask(located.row())) {
        results.add(of(located.row(), engine));
      }
    }
    return results;
  }

  /** What the row itself notes of its device, else what its file says. */
  private static String fact(ResultRow row, Map<String, String> engine, String name) {
    return RowEnvironment.noted(row, name).orElse(engine.getOrDefault(name, ""));
  }

  private static boolean isTask(ResultRow row) {
    return row.outcome() == Outcome.OK && row.metrics().containsKey("task.time");
  }

  private static TaskResult of(ResultRow row, Map<String, String> engine) {
    MetricValue score = row.metric("score");
    return new TaskResult(
        row.params().getOrDefault("task", ""),
        row.params().getOrDefault("model", ""),
        row.params().getOrDefault("checkpoint", SEEDED),
        row.params().getOrDefault("strategy", ""),
        row.params().getOrDefault("batch", "1"),
        row.params().getOrDefault("depth", "model"),
        row.params().getOrDefault("items", ""),
        row.params().getOrDefault("decoded", "auto"),
        Sensor.of(
            row,
            fact(row, engine, RowEnvironment.DEVICE_NAME),
            fact(row, engine, RowEnvironment.DEVICE_UUID)),
        row.energyKind(),
        energy(row),
        row.metric("task.time").value(),
        score.value(),
        row.notes().getOrDefault("score.source", row.metric("score.kind").unit()),
        row.metric("task.eor").value(),
        row.metric("task.tweor").value(),
        row.metric("task.item.tokens").value());
  }

  /**
   * The scatter between iterations; and what each iteration leaves open by itself, its window's
   * repeatability and the items outside it, of which the mean over the iterations keeps the less.
   */
  private static Interval energy(ResultRow row) {
    MetricValue energy = row.metric("task.energy");
    double root = Math.sqrt(Math.max(1, iterations(energy.samples())));
    double window = row.metric("task.energy.uncertainty").value();
    double sample = energy.value() * row.metric("task.sample.spread").value();
    return Interval.ofScatter(energy)
        .widenedBy(Interval.NORMAL * window / root)
        .widenedBy(Interval.NORMAL * sample / root);
  }

  private static int iterations(Samples samples) {
    int count = 0;
    for (int fork = 0; fork < samples.forks(); fork++) {
      count += samples.fork(fork).length;
    }
    return count;
  }

  /** Whether its weights are made up; a device's energy depends on the numbers that it moves. */
  public boolean seeded() {
    return checkpoint.equals(SEEDED);
  }

  /** The model for people, who are told where it has its own weights. */
  public String modelTitle() {
    return seeded() ? model : model + " (checkpoint)";
  }

  /** Name of the GPU or processor, empty where the file does not say. */
  public String device() {
    return sensor.device();
  }

  /** The strategy's name without its options. */
  public String strategyFamily() {
    int slash = strategy.indexOf('/');
    return slash < 0 ? strategy : strategy.substring(0, slash);
  }
}
