package org.joulemark.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.reports.recommend.Candidate;
import org.joulemark.reports.recommend.CandidateSource;
import org.joulemark.reports.recommend.MostEfficient;
import org.joulemark.reports.recommend.Prices;
import org.joulemark.reports.recommend.RecommendationText;
import org.joulemark.reports.recommend.Recommender;
import org.joulemark.reports.recommend.ResultCandidates;
import org.joulemark.reports.recommend.RuleSet;
import org.joulemark.reports.recommend.StudyCandidates;
import org.joulemark.reports.recommend.StudyTree;
import org.joulemark.reports.recommend.UseCase;
import org.joulemark.reports.recommend.UseCases;
import org.joulemark.reports.result.Refusal;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultSet;
import org.joulemark.reports.study.Study;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code recommend}: which hardware and strategy fit a use case, from results. */
@Command(
    name = "recommend",
    description = {
      "Rank hardware and strategies for use cases, each with the rule that put it there, its figures, and what would"
          + " change the answer.",
      "Use cases are data: --use-cases takes a file in the form of the built-in use-cases.json (docs/recommend.md)."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  java -jar benchmarks.jar recommend results/*",
      "  java -jar benchmarks.jar recommend results --use-case edge --work ModelDecode",
      "  java -jar benchmarks.jar recommend results --rules study --prices prices.json",
      "  java -jar benchmarks.jar recommend --study --use-case data-centre"
    })
final class RecommendCommand extends SubCommand {
  private static final List<RuleSet> RULE_SETS = List.of(new MostEfficient(), new StudyTree());
  private static final int FEW = 3;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..*",
      paramLabel = "RESULTS",
      description = "Results folders or files, of any number of machines.")
  private List<Path> results = new ArrayList<>();

  @Option(
      names = "--use-case",
      paramLabel = "ID",
      split = ",",
      description = "Only these: data-centre, enterprise, research, edge, budget, or the file's.")
  private List<String> chosen = new ArrayList<>();

  @Option(
      names = "--use-cases",
      paramLabel = "FILE",
      description = "Use cases of your own in place of the built-in ones.")
  private @Nullable Path useCasesFile;

  @Option(
      names = "--prices",
      paramLabel = "FILE",
      description = "What hardware costs you; no prices are built in.")
  private @Nullable Path pricesFile;

  @Option(
      names = "--rules",
      paramLabel = "RULES",
      description =
          "eor (default: the highest EOR within the limits) or study (its decision tree).")
  private String rules = "eor";

  @Option(
      names = "--work",
      paramLabel = "TEXT",
      description = "Only works whose name contains it, such as ModelDecode or qwen.")
  private String work = "";

  @Option(
      names = "--study",
      description =
          "Recommend from the study's MMLU table too; apart from results, and labelled study.")
  private boolean study;

  @Option(names = "--all", description = "Show every candidate, not the first three.")
  private boolean all;

  @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or markdown.")
  private String format = "text";

  @Override
  public Integer call() throws IOException {
    RuleSet ruleSet = ruleSet();
    boolean markdown = isMarkdown();
    List<UseCase> useCases = useCases();
    if (results.isEmpty() && !study) {
      throw new UsageException("Name results to recommend from, or --study for its tables.");
    }
    Prices prices = pricesFile == null ? Prices.NONE : Prices.read(pricesFile);
    ResultSet loaded = ResultLoader.load(results);
    List<CandidateSource> sources = new ArrayList<>();
    sources.add(new ResultCandidates(loaded.files(), prices));
    if (study) {
      sources.add(new StudyCandidates(Study.published(), prices));
    }
    List<Candidate> candidates =
        sources.stream()
            .flatMap(source -> source.candidates().stream())
            .filter(one -> one.work().contains(work))
            .toList();
    PrintWriter err = spec.commandLine().getErr();
    loaded.refusals().stream().map(Refusal::sentence).forEach(s -> err.println("joulemark: " + s));
    err.flush();
    if (candidates.isEmpty() && loaded.rowCount() == 0 && !loaded.refusals().isEmpty()) {
      return JoulemarkCommand.USAGE;
    }
    if (candidates.isEmpty()) {
      throw new UsageException(
          "No results with energy"
              + (work.isEmpty() ? "" : " whose work contains '" + work + "'")
              + " in "
              + results.stream().map(Path::toString).collect(Collectors.joining(", "))
              + ": there is nothing to recommend from.");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        new RecommendationText(prices, all ? Integer.MAX_VALUE : FEW, markdown)
            .render(new Recommender(ruleSet).recommend(useCases, candidates)));
    out.flush();
    return loaded.refusals().isEmpty() ? 0 : JoulemarkCommand.FAILED;
  }

  private RuleSet ruleSet() {
    return RULE_SETS.stream()
        .filter(one -> one.id().equals(rules))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "--rules "
                        + rules
                        + " is not known; choose from "
                        + RULE_SETS.stream().map(RuleSet::id).collect(Collectors.joining(", "))
                        + "."));
  }

  private boolean isMarkdown() {
    return switch (format) {
      case "text" -> false;
      case "markdown" -> true;
      default ->
          throw new UsageException(
              "--format " + format + " is not known; choose from text, markdown.");
    };
  }

  private List<UseCase> useCases() throws IOException {
    List<UseCase> known = useCasesFile == null ? UseCases.standard() : UseCases.read(useCasesFile);
    for (String id : chosen) {
      if (known.stream().noneMatch(one -> one.id().equals(id))) {
        throw new UsageException(
            "--use-case "
                + id
                + " is not known; choose from "
                + known.stream().map(UseCase::id).collect(Collectors.joining(", "))
                + ".");
      }
    }
    return chosen.isEmpty()
        ? known
        : known.stream().filter(one -> chosen.contains(one.id())).toList();
  }
}
