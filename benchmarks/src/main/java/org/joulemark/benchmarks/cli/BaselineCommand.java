package org.joulemark.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.reports.baseline.Baseline;
import org.joulemark.reports.baseline.BaselineStore;
import org.joulemark.reports.compare.Hardware;
import org.joulemark.reports.result.Refusal;
import org.joulemark.reports.table.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code baseline}: keeps results under a name for {@code compare baseline:NAME}. */
@Command(
    name = "baseline",
    description = "Keep results under a name, to compare later ones with: compare baseline:NAME.",
    subcommands = {BaselineCommand.Save.class, BaselineCommand.Listing.class})
final class BaselineCommand extends SubCommand {

  @Override
  public Integer call() {
    throw new UsageException("Say baseline save NAME RESULTS or baseline list; --help explains.");
  }

  /** {@code baseline save}. */
  @Command(name = "save", description = "Copy results into the folder of baselines.")
  static final class Save extends SubCommand {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "NAME", description = "What to call them.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "RESULTS", description = "A results folder or file.")
    private Path results = Path.of("");

    @Option(names = "--replace", description = "Give up a baseline of that name.")
    private boolean replace;

    @Mixin private BaselineFolder baselines = new BaselineFolder();

    @Override
    public Integer call() throws IOException {
      Baseline saved = new BaselineStore(baselines.folder()).save(name, results, replace);
      PrintWriter out = spec.commandLine().getOut();
      out.println(
          "Baseline " + name + ": " + saved.results().rowCount() + " rows in " + saved.folder());
      out.flush();
      return 0;
    }
  }

  /** {@code baseline list}. */
  @Command(name = "list", description = "Show the baselines there are.")
  static final class Listing extends SubCommand {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private BaselineFolder baselines = new BaselineFolder();

    @Override
    public Integer call() throws IOException {
      BaselineStore store = new BaselineStore(baselines.folder());
      List<Baseline> all = store.list();
      PrintWriter out = spec.commandLine().getOut();
      if (all.isEmpty()) {
        out.println(
            "No baselines in " + store.folder() + "; baseline save NAME RESULTS makes one.");
      } else {
        out.print(table(all).render());
        out.println("In " + store.folder());
        all.stream()
            .flatMap(baseline -> baseline.results().refusals().stream())
            .map(Refusal::sentence)
            .forEach(out::println);
      }
      out.flush();
      return 0;
    }

    private static TextTable table(List<Baseline> all) {
      TextTable table = new TextTable(List.of("baseline", "recorded", "hardware", "rows"), 3);
      for (Baseline baseline : all) {
        table.add(
            List.of(
                baseline.name(),
                String.join(", ", baseline.recordedAt()),
                String.join(
                    "; ",
                    baseline.results().files().stream()
                        .map(file -> Hardware.of(file.environment()).title())
                        .distinct()
                        .toList()),
                "" + baseline.results().rowCount()));
      }
      return table;
    }
  }
}
