package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.benchmarks.task.DrawnItems;
import org.joulemark.benchmarks.task.ItemTokens;
import org.joulemark.benchmarks.task.TaskCatalogue;
import org.joulemark.benchmarks.task.TaskProfile;
import org.joulemark.reports.score.Score;
import org.joulemark.reports.score.ScoreBook;
import org.joulemark.reports.table.TextTable;
import org.joulemark.reports.task.TaskTable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tasks}: the task catalogue, scores to look up, and what measured tasks took. */
@Command(
    name = "tasks",
    description = {
      "List the tasks with what an item of each makes a model read, and where the figures come from.",
      "With --results: what measured tasks took. With --scores: the scores that a file holds."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  java -jar benchmarks.jar tasks",
      "  java -jar benchmarks.jar tasks --task my-task.json",
      "  java -jar benchmarks.jar tasks --results DIR --grid de --price 0.30 --pue 1.4",
      "  java -jar benchmarks.jar tasks --scores published",
      "  java -jar benchmarks.jar tasks --task mmlu --draw 200 > mmlu-200.jsonl"
    })
final class TasksCommand extends SubCommand {
  private static final String PUBLISHED = "published";
  private static final String NOT_STATED = "not stated";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "One task only: a name, or a .json or .jsonl file.")
  private @Nullable String task;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Show what measured tasks took: files or folders of runs.")
  private List<Path> results = new ArrayList<>();

  @Option(
      names = "--scores",
      paramLabel = "FILE",
      description = "List scores: of a file or folder, or " + PUBLISHED + " ones.")
  private @Nullable String scores;

  @Option(
      names = "--draw",
      paramLabel = "N",
      description = "Write a list of N items drawn at random from the task's distribution.")
  private int draw;

  @Option(
      names = "--family",
      paramLabel = "FAMILY",
      description = "Whose tokenizer --draw counts with, such as qwen2 (default) or mistral.")
  private String family = "qwen2";

  @Option(names = "--seed", paramLabel = "N", description = "Seed of --draw (default 1).")
  private long seed = 1;

  @Mixin private FootprintOptions footprint = new FootprintOptions();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (!results.isEmpty()) {
      out.print(
          TaskTable.render(
              MeasuredTasks.read(results, spec.commandLine().getErr()), footprint.footprint()));
    } else if (scores != null) {
      out.print(scoreTable(scores));
    } else if (spec.commandLine().getParseResult().hasMatchedOption("--draw")) {
      drawItems(out);
    } else {
      printTasks(out);
    }
    out.flush();
    return 0;
  }

  private void printTasks(PrintWriter out) {
    List<TaskProfile> tasks =
        task == null
            ? TaskCatalogue.standard().tasks()
            : List.of(TaskCatalogue.standard().get(task));
    out.print(taskTable(tasks).render());
    for (TaskProfile each : tasks) {
      out.println();
      out.println(each.id() + ": " + each.scoring());
      if (each.endingTokensEach() > 0) {
        out.println(
            String.format(
                Locale.ROOT,
                "  %s tokens an ending: %s.",
                number(each.endingTokensEach()),
                each.endingProvenance()));
      }
      out.println("  " + each.source());
    }
    tasks.stream()
        .map(TaskProfile::derivation)
        .distinct()
        .filter(derivation -> !derivation.isEmpty())
        .forEach(derivation -> out.println("\n" + derivation));
  }

  private static TextTable taskTable(List<TaskProfile> tasks) {
    TextTable table =
        new TextTable(
            List.of(
                "task",
                "title",
                "metric",
                "items",
                "requests",
                "shots",
                "prompt tokens mean/p95",
                "endings",
                "decoded"),
            3);
    for (TaskProfile each : tasks) {
      ItemTokens mean = each.mean("");
      table.add(
          List.of(
              each.id(),
              each.title(),
              each.metric(),
              String.format(Locale.ROOT, "%,d", each.items()),
              String.format(Locale.ROOT, "%,d", each.requests()),
              Integer.toString(each.shots()),
              prompts(each),
              mean.endings() == 0
                  ? "–"
                  : String.format(
                      Locale.ROOT,
                      "%.1f × %s",
                      each.endingsPerItem(),
                      number(each.endingTokensEach())),
              number(mean.decoded())));
    }
    return table;
  }

  private static String prompts(TaskProfile task) {
    if (task.promptTokens().isEmpty()) {
      return String.format(Locale.ROOT, "%.0f (listed)", task.mean("").prompt());
    }
    List<String> texts = new ArrayList<>();
    for (String tokenizer : task.promptTokens().keySet()) {
      texts.add(
          String.format(
              Locale.ROOT,
              "%.0f/%.0f %s",
              task.mean(tokenizer).prompt(),
              task.promptPercentile(tokenizer, 0.95),
              tokenizer));
    }
    return String.join(", ", texts);
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.1f", value);
  }

  private static String scoreTable(String source) {
    ScoreBook book =
        source.equals(PUBLISHED) ? ScoreBook.published() : ScoreBook.read(Path.of(source));
    TextTable table =
        new TextTable(List.of("model", "task", "strategy", "metric", "source", "date", "score"), 6);
    for (Score score : book.scores()) {
      for (Map.Entry<String, Double> value : score.values().entrySet()) {
        table.add(
            List.of(
                score.model(),
                score.task(),
                score.strategy(),
                value.getKey().equals(Score.UNSTATED) ? NOT_STATED : value.getKey(),
                score.kind().id() + ": " + score.source(),
                score.date().isEmpty() ? NOT_STATED : score.date(),
                String.format(Locale.ROOT, "%.4f", value.getValue())));
      }
    }
    return table.render();
  }

  private void drawItems(PrintWriter out) {
    if (task == null) {
      throw new UsageException("--draw needs --task, the task to draw from.");
    }
    if (draw < 1) {
      throw new UsageException("--draw " + draw + " is not valid; give a whole number from 1 on.");
    }
    for (ItemTokens item : DrawnItems.of(TaskCatalogue.standard().get(task), family, draw, seed)) {
      out.println(
          String.format(
              Locale.ROOT,
              "{\"prompt_tokens\": %.0f, \"ending_tokens\": %.0f, \"decoded_tokens\": %.0f}",
              item.prompt(),
              item.endings(),
              item.decoded()));
    }
  }
}
