package org.joulemark.reports.score;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Scores to look up: those of a file or folder, or the published ones. */
public final class ScoreBook {
  private static final String PUBLISHED = "published.json";

  /** Strategies whose score stands for those without one, the first that is there. */
  private static final List<String> BASELINES =
      List.of(Score.BASELINE, "fp32", "bf16", "fp16", "tf32");

  private final List<Score> scores;

  private ScoreBook(List<Score> scores) {
    List<Score> sorted = new ArrayList<>(scores);
    // The newest of several evaluations of the same comes first.
    sorted.sort(Comparator.comparing(Score::date).reversed());
    this.scores = List.copyOf(sorted);
  }

  /** The built-in table of published accuracies. */
  public static ScoreBook published() {
    try (InputStream in = ScoreBook.class.getResourceAsStream(PUBLISHED)) {
      if (in == null) {
        throw new IllegalStateException(PUBLISHED + " is missing from this jar");
      }
      return new ScoreBook(ScoreFiles.parse(PUBLISHED, in.readAllBytes(), ScoreKind.PUBLISHED));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + PUBLISHED, e);
    }
  }

  /**
   * The scores of a results file of lm-evaluation-harness, of a scores file of ours, or of every
   * {@code results*.json} and {@code scores*.json} in a folder and below.
   *
   * @throws IllegalArgumentException with one sentence if there is no such file, or a file is of
   *     neither format
   */
  public static ScoreBook read(Path path) {
    try {
      if (Files.isDirectory(path)) {
        return folder(path);
      }
      if (!Files.isRegularFile(path)) {
        throw new IllegalArgumentException(
            path
                + " is no file and no folder; name a results file of lm-evaluation-harness, a folder"
                + " of them, or a scores file.");
      }
      return new ScoreBook(read(List.of(path)));
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static ScoreBook folder(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> below = Files.walk(folder)) {
      files =
          below
              .filter(Files::isRegularFile)
              .filter(file -> file.getFileName().toString().matches("(results|scores).*\\.json"))
              .sorted()
              .toList();
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException(
          folder + " holds no results*.json of lm-evaluation-harness and no scores*.json.");
    }
    return new ScoreBook(read(files));
  }

  private static List<Score> read(List<Path> files) throws IOException {
    List<Score> all = new ArrayList<>();
    for (Path file : files) {
      all.addAll(ScoreFiles.parse(file.toString(), Files.readAllBytes(file), ScoreKind.FILE));
    }
    return all;
  }

  /** Every score, the newest first. */
  public List<Score> scores() {
    return scores;
  }

  /**
   * The score that stands for a query: the strategy's own, else that of the baseline, which the
   * answer then says. Of several, the newest whose metric is the task's; else the newest that does
   * not state its metric, which the answer says too. What is published of another metric is passed
   * over, for the user did not name it.
   *
   * @throws IllegalArgumentException if the user's scores have the task in the strategy, or in none
   *     but baselines, and never in one of its metrics
   */
  public Optional<FoundScore> find(ScoreQuery query) {
    List<Score> matching =
        scores.stream()
            .filter(score -> matches(query.models(), score.model()))
            .filter(score -> matches(query.tasks(), score.task()))
            .filter(
                score -> score.kind() != ScoreKind.PUBLISHED || metricOf(score, query).isPresent())
            .toList();
    List<Score> own = of(query.strategy(), matching);
    if (!own.isEmpty()) {
      return Optional.of(found(own, query).orElseThrow(() -> ofOtherMetrics(own.get(0), query)));
    }
    Optional<Score> unusable = Optional.empty();
    for (String baseline : BASELINES) {
      List<Score> ofBaseline = of(baseline, matching);
      Optional<FoundScore> found = found(ofBaseline, query);
      if (found.isPresent()) {
        return found;
      }
      unusable = unusable.or(() -> ofBaseline.stream().findFirst());
    }
    if (unusable.isPresent()) {
      throw ofOtherMetrics(unusable.get(), query);
    }
    return Optional.empty();
  }

  private static List<Score> of(String strategy, List<Score> scores) {
    return scores.stream().filter(score -> score.strategy().equals(strategy)).toList();
  }

  private static Optional<FoundScore> found(List<Score> ofStrategy, ScoreQuery query) {
    for (Score score : ofStrategy) {
      Optional<String> metric = metricOf(score, query);
      if (metric.isPresent()) {
        return Optional.of(found(score, metric.get(), query));
      }
    }
    for (Score score : ofStrategy) {
      if (score.values().containsKey(Score.UNSTATED)) {
        return Optional.of(found(score, Score.UNSTATED, query));
      }
    }
    return Optional.empty();
  }

  private static FoundScore found(Score score, String metric, ScoreQuery query) {
    // Where an evaluation does not say how the model was carried out, it is the baseline itself.
    boolean own =
        score.strategy().equals(query.strategy())
            || (score.strategy().equals(Score.BASELINE) && query.strategy().equals("fp32"));
    return new FoundScore(score.values().getOrDefault(metric, Double.NaN), metric, score, !own);
  }

  /** Which of its values is of the task's metric, as the score names it. */
  private static Optional<String> metricOf(Score score, ScoreQuery query) {
    return names(score, query).stream()
        .flatMap(name -> score.values().keySet().stream().filter(own -> same(name, own)))
        .findFirst();
  }

  /** What the task's metric may be called there, the preferred name first. */
  private static List<String> names(Score score, ScoreQuery query) {
    List<String> names = new ArrayList<>(query.harnessMetrics());
    if (score.kind() != ScoreKind.HARNESS) {
      names.add(0, query.metric());
    }
    return names;
  }

  private static IllegalArgumentException ofOtherMetrics(Score score, ScoreQuery query) {
    return new IllegalArgumentException(
        (score.kind() == ScoreKind.HARNESS
                ? score.source()
                : "The scores file (" + score.source() + ")")
            + " has "
            + score.task()
            + " of "
            + score.model()
            + " in "
            + score.strategy()
            + ", but none of the metrics "
            + names(score, query).stream().distinct().collect(Collectors.joining(" "))
            + " that the task is scored by; it has "
            + String.join(" ", score.values().keySet())
            + ".");
  }

  private static boolean matches(List<String> names, String name) {
    return names.stream().anyMatch(known -> same(known, name));
  }

  private static boolean same(String one, String other) {
    return plain(one).equals(plain(other));
  }

  /** Names are compared without case, and with {@code _} as {@code -}. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
