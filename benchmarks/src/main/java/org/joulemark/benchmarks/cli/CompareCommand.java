package org.joulemark.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.reports.baseline.BaselineStore;
import org.joulemark.reports.compare.Comparer;
import org.joulemark.reports.compare.Comparison;
import org.joulemark.reports.compare.Rules;
import org.joulemark.reports.compare.format.ComparisonFormat;
import org.joulemark.reports.result.Refusal;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code compare}: what became faster or slower, or takes less or more energy, from A to B. */
@Command(
    name = "compare",
    description = {
      "Compare run B with run A: time and energy of every configuration that both measured.",
      "Exit code 0: nothing is worse; 1: something is; 2: something could not be decided; 3: the environments differ;"
          + " 4: the comparison could not be made."
    },
    exitCodeOnInvalidInput = CompareCommand.NOT_MADE,
    exitCodeOnExecutionException = CompareCommand.NOT_MADE,
    footerHeading = "%nExamples:%n",
    footer = {
      "  java -jar benchmarks.jar compare results/before results/after",
      "  java -jar benchmarks.jar compare baseline:main results --write junit=compare.xml",
      "  java -jar benchmarks.jar compare baseline:main results --write github-summary=\"$GITHUB_STEP_SUMMARY\""
    })
final class CompareCommand extends SubCommand {
  /** Exit code of a comparison that could not be made: apart from all verdicts. */
  static final int NOT_MADE = 4;

  private static final String BASELINE = "baseline:";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "A results folder or file, or baseline:NAME.")
  private String before = "";

  @Parameters(index = "1", paramLabel = "B", description = "The same, measured later.")
  private String after = "";

  @Mixin private BaselineFolder baselines = new BaselineFolder();

  @Option(
      names = "--force",
      description = "Give verdicts although the environments differ; they are still listed.")
  private boolean force;

  @Option(
      names = "--time-threshold",
      paramLabel = "F",
      description = "Change of time that matters (default 0.02 on a GPU, 0.05 on the CPU engine).")
  private double timeThreshold = Double.NaN;

  @Option(
      names = "--energy-threshold",
      paramLabel = "F",
      description = "Change of energy that matters (default 0.03, 0.05 if modelled).")
  private double energyThreshold = Double.NaN;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "How to print it: text (default) or one of --write's.")
  private String format = ComparisonFormat.TEXT.id();

  @Option(
      names = "--write",
      paramLabel = "FORMAT=FILE",
      description = {
        "Write it to a file too, any number of times: text, markdown, junit, github-summary (appends),"
            + " smaller-is-better, bigger-is-better (github-action-benchmark's JSON), openmetrics."
      })
  private List<String> writes = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    ComparisonFormat printed = ComparisonFormat.of(format);
    Map<Path, ComparisonFormat> files = files();
    Rules rules = Rules.STANDARD.withThresholds(timeThreshold, energyThreshold);
    Comparison comparison =
        new Comparer(rules, force).compare(before, load(before), after, load(after));
    for (Map.Entry<Path, ComparisonFormat> file : files.entrySet()) {
      write(file.getKey(), file.getValue(), comparison);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(printed.render(comparison));
    out.flush();
    return comparison.exitCode();
  }

  private Map<Path, ComparisonFormat> files() {
    Map<Path, ComparisonFormat> files = new LinkedHashMap<>();
    for (String write : writes) {
      int equals = write.indexOf('=');
      if (equals < 1 || equals == write.length() - 1) {
        throw new UsageException(
            "--write " + write + " is not FORMAT=FILE; formats: " + ComparisonFormat.ids() + ".");
      }
      files.put(
          Path.of(write.substring(equals + 1)), ComparisonFormat.of(write.substring(0, equals)));
    }
    return files;
  }

  private List<ResultFile> load(String run) {
    ResultSet results =
        run.startsWith(BASELINE)
            ? new BaselineStore(baselines.folder()).get(run.substring(BASELINE.length())).results()
            : ResultLoader.load(List.of(Path.of(run)));
    // A gate must not pass on the half of a run that could be read.
    if (!results.refusals().isEmpty()) {
      throw new UsageException(
          String.join(" ", results.refusals().stream().map(Refusal::sentence).toList()));
    }
    return results.files();
  }

  private static void write(Path file, ComparisonFormat form, Comparison comparison) {
    OpenOption[] options =
        form.appends()
            ? new OpenOption[] {StandardOpenOption.CREATE, StandardOpenOption.APPEND}
            : new OpenOption[0];
    try {
      Files.writeString(file, form.render(comparison), StandardCharsets.UTF_8, options);
    } catch (IOException e) {
      throw new UsageException(
          "--write " + form.id() + "=" + file + " cannot be written; is its folder there?", e);
    }
  }
}
