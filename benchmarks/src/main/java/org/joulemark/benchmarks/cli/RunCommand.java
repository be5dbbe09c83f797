package org.joulemark.benchmarks.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.benchmarks.run.CommandLine;
import org.joulemark.benchmarks.run.Configuration;
import org.joulemark.benchmarks.run.JmhRules;
import org.joulemark.benchmarks.run.ParameterRules;
import org.joulemark.benchmarks.run.Preset;
import org.joulemark.benchmarks.run.RunPlanner;
import org.joulemark.benchmarks.run.SuiteRun;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.harness.energy.source.EnergySources;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.harness.platform.Environment;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.reports.footprint.Footprint;
import org.joulemark.reports.result.ResultRow;
import org.joulemark.reports.table.SummaryTable;
import org.joulemark.reports.task.TaskResult;
import org.joulemark.reports.task.TaskTable;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code run}: measures. What is not ours on its command line is JMH's and means what JMH
 * documents.
 */
@Command(
    name = "run",
    description = {
      "Measure: verify each benchmark against its reference, then time it and read its energy.",
      "This is what happens when no command is named. JMH's options work too (-h lists them), except those that"
          + " would make wrong figures (-t, -tg, -opi, -bs, and -bm but for avgt and thrpt); what you give wins over"
          + " the preset."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  java -jar benchmarks.jar                                   the quick preset on the best engine",
      "  java -jar benchmarks.jar -l                                list the benchmarks",
      "  java -jar benchmarks.jar GemmBenchmark -p shape=square-2048 -p precision=FP32,INT8 -f 5",
      "  java -jar benchmarks.jar Task -p task=mmlu -p depth=layer --grid de --price 0.30",
      "  java -jar benchmarks.jar --engine cpu -p threads=1 -p shape=square-1024",
      "  java -jar benchmarks.jar -prof gc -rf csv -rff out.csv     JMH's profilers and result files",
      "  java -jar benchmarks.jar -prof org.joulemark.harness.jmh.EnergyProfiler:help"
    })
final class RunCommand extends SubCommand {

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "What runs where you leave it open: quick (default), standard or full.")
  private String preset = Preset.DEFAULT;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for results.json, environment.json and journal.jsonl"
              + " (default: joulemark-results/<date and time>).")
  private String out = "";

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = "auto (default: the best there is), cuda or cpu.")
  private String engine = "";

  @Option(
      names = "--scores",
      paramLabel = "FILE",
      description =
          "Scores of tasks: a results file of lm-evaluation-harness, a folder of them, or a scores"
              + " file (default: published ones). The same as -p scores=FILE.")
  private String scores = "";

  @Mixin private FootprintOptions footprint = new FootprintOptions();

  @Parameters(
      paramLabel = "JMH",
      description = "JMH's options and regular expressions of the benchmarks to include.")
  private List<String> jmhArguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    if (!scores.isEmpty()) {
      jmhArguments.addAll(List.of("-p", "scores=" + scores));
    }
    CommandLine line = CommandLine.parse(jmhArguments);
    CommandLineOptions jmh = line.options();
    if (jmh.shouldHelp()
        || jmh.shouldList()
        || jmh.shouldListWithParams()
        || jmh.shouldListProfilers()
        || jmh.shouldListResultFormats()) {
      org.openjdk.jmh.Main.main(jmhArguments.toArray(String[]::new));
      return 0;
    }
    JmhRules.check(jmh);
    Preset chosenPreset = Preset.named(preset);
    Footprint reckoned = footprint.footprint();
    try (PrintStream people = output(jmh)) {
      return measure(line, chosenPreset, reckoned, people);
    }
  }

  private int measure(CommandLine line, Preset chosenPreset, Footprint reckoned, PrintStream people)
      throws IOException {
    SuiteRun.prepareThisProcess();
    EngineCatalogue engines = EngineCatalogue.installed();
    ParameterRules rules = new ParameterRules(engines);
    Map<String, Collection<String>> given = line.parameters();
    given.forEach((name, values) -> values.forEach(value -> rules.check(name, value)));
    OutputFormat search =
        OutputFormatFactory.createFormatInstance(
            new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            VerboseMode.SILENT);
    RunPlanner planner = new RunPlanner(line.options(), given, rules);
    List<Configuration> configurations = new ArrayList<>();
    Map<String, String> engineFacts = new LinkedHashMap<>();
    for (String name : engineNames(given)) {
      EngineCatalogue.Choice choice = engines.choose(name);
      EngineProvider provider = choice.provider();
      engineFacts.put("name", provider.name());
      engineFacts.put("reason", choice.reason());
      people.println("Engine " + provider.name() + ": " + choice.reason());
      configurations.addAll(planner.plan(planFor(chosenPreset, provider), provider, search));
    }
    Path folder = resultsFolder();
    Environment environment =
        Environment.capture(
            SuiteVersion.facts(), line.arguments(), preset, engineFacts, EnergySources.gpuFacts());
    people.printf("%d configurations; results go to %s%n%n", configurations.size(), folder);
    List<ResultRow> rows =
        new SuiteRun(line.options(), folder, people, environment).run(configurations);
    people.println();
    people.print(SummaryTable.render(rows));
    people.println();
    String tasks = TaskTable.render(TaskResult.of(rows), reckoned);
    if (!tasks.isEmpty()) {
      people.println(tasks);
    }
    people.println("Results: " + folder);
    return rows.stream().anyMatch(row -> row.outcome() == Outcome.FAILED)
        ? JoulemarkCommand.FAILED
        : 0;
  }

  private Collection<String> engineNames(Map<String, Collection<String>> given) {
    Collection<String> asParameter = given.getOrDefault("engine", List.of());
    if (!engine.isEmpty() && !asParameter.isEmpty()) {
      throw new UsageException("Give the engine once: --engine " + engine + " or -p engine=….");
    }
    if (!asParameter.isEmpty()) {
      return asParameter;
    }
    return List.of(engine.isEmpty() ? "auto" : engine);
  }

  private Preset.Plan planFor(Preset chosen, EngineProvider provider) {
    Preset.Plan plan = chosen.engines().get(provider.name());
    if (plan == null) {
      throw new UsageException(
          "--preset " + preset + " has no plan for the " + provider.name() + " engine.");
    }
    return plan;
  }

  private static PrintStream output(CommandLineOptions jmh) throws IOException {
    if (!jmh.getOutput().hasValue()) {
      return new PrintStream(
          new java.io.FilterOutputStream(System.out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
              out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
              flush();
            }
          },
          true,
          StandardCharsets.UTF_8);
    }
    try {
      return new PrintStream(
          new FileOutputStream(jmh.getOutput().get()), true, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UsageException("-o " + jmh.getOutput().get() + " cannot be written.", e);
    }
  }

  private Path resultsFolder() {
    Path folder =
        out.isEmpty()
            ? Path.of(
                "joulemark-results",
                LocalDateTime.now(ZoneId.systemDefault())
                    .format(DateTimeFormatter.ofPattern("yyyy-MM-dd_HH-mm-ss")))
            : Path.of(out);
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(Files.createTempFile(folder, ".writable", ""));
      return folder;
    } catch (FileAlreadyExistsException e) {
      throw new UsageException("--out " + folder + " is a file; name a folder.", e);
    } catch (IOException e) {
      throw new UsageException(
          "--out " + folder + " cannot be written; name a folder that you may write to.", e);
    }
  }
}
