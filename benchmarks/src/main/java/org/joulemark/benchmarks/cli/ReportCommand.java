package org.joulemark.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.reports.export.ReportFormat;
import org.joulemark.reports.result.Refusal;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultSet;
import org.joulemark.reports.view.ReportTable;
import org.joulemark.reports.view.Traces;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code report}: any number of results as one page to look at, or as tables. */
@Command(
    name = "report",
    description = {
      "Make one page of any number of results from any number of machines: pictures, a table, every figure"
          + " with its unit, error, kind and origin. It needs no network.",
      "Exit code 0 if everything named was read, 1 if the report was made of a part, 2 if there is nothing"
          + " to make it of."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  java -jar benchmarks.jar report joulemark-results",
      "  java -jar benchmarks.jar report a100/ h200/ rtx4090/ -o gpus.html --title 'Three GPUs'",
      "  java -jar benchmarks.jar report results --format html,md,csv,json -o out/report.html"
    })
final class ReportCommand extends SubCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "RESULTS",
      arity = "0..*",
      description =
          "Results folders (with what is in them), journal.jsonl, JMH's JSON, telemetry (trace=).")
  private List<Path> inputs = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where the page goes (default report.html); the other formats go beside it.")
  private Path output = Path.of("report.html");

  @Option(
      names = "--format",
      paramLabel = "F",
      split = ",",
      description = "html (default), md, csv, json; several with commas.")
  private List<String> formats = new ArrayList<>(List.of(ReportFormat.HTML.id()));

  @Option(
      names = "--title",
      paramLabel = "T",
      description = "Heading of the report (default: the hardware that the results are from).")
  private String title = "";

  @Override
  public Integer call() throws IOException {
    Set<ReportFormat> wanted = formats();
    Path folder = output.toAbsolutePath().getParent();
    if (inputs.isEmpty()) {
      throw new UsageException("Name the results to report on: a folder that a run wrote, say.");
    }
    if (Files.isDirectory(output) || folder == null || !Files.isDirectory(folder)) {
      throw new UsageException("-o " + output + " must be a file in a folder that exists.");
    }
    ResultSet results = ResultLoader.loadSummaries(inputs);
    Traces traces = Traces.read(results.traces());
    List<Refusal> refusals = new ArrayList<>(results.refusals());
    refusals.addAll(traces.refusals());
    refusals.forEach(
        refusal -> spec.commandLine().getErr().println("joulemark: " + refusal.sentence()));
    if (results.rowCount() == 0 && traces.windows().isEmpty()) {
      return JoulemarkCommand.USAGE;
    }
    write(wanted, ReportTable.of(results), traces);
    return refusals.isEmpty() ? 0 : JoulemarkCommand.FAILED;
  }

  private Set<ReportFormat> formats() {
    return formats.stream()
        .map(
            id ->
                ReportFormat.find(id.strip())
                    .orElseThrow(
                        () ->
                            new UsageException(
                                "--format "
                                    + id
                                    + " is not known; choose from "
                                    + ReportFormat.ids()
                                    + ".")))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private void write(Set<ReportFormat> wanted, ReportTable table, Traces traces)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, String> suite = SuiteVersion.facts();
    String footer =
        "Made by Joulemark "
            + suite.get("version")
            + ", commit "
            + suite.get("commit")
            + ", on "
            + Instant.now().truncatedTo(ChronoUnit.SECONDS);
    for (ReportFormat format : wanted) {
      Path file = fileOf(format);
      format.write(title.isEmpty() ? hardware(table) : title, footer, table, traces, file);
      out.println(table.rows().size() + " results in " + file);
    }
    out.flush();
  }

  /** The file that was named for the page, and its name with another extension for the others. */
  private Path fileOf(ReportFormat format) {
    String name = String.valueOf(output.getFileName());
    if (format == ReportFormat.HTML) {
      return output;
    }
    int dot = name.lastIndexOf('.');
    return output.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + "." + format.id());
  }

  private static String hardware(ReportTable table) {
    List<String> names =
        table.rows().stream().map(row -> row.hardware().name()).distinct().limit(4).toList();
    return switch (names.size()) {
      case 0 -> "No results";
      case 1, 2 -> String.join(" and ", names);
      case 3 -> names.get(0) + ", " + names.get(1) + " and " + names.get(2);
      default -> String.join(", ", names.subList(0, 3)) + " and others";
    };
  }
}
