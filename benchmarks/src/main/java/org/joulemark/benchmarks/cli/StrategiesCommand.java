package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import org.joulemark.kernels.quant.calibration.Calibrator;
import org.joulemark.kernels.quant.calibration.Calibrators;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.joulemark.reports.table.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code strategies}: what the parameter {@code strategy} of layers and models accepts. */
@Command(
    name = "strategies",
    description = {
      "List the strategies: what -p strategy=… of layers and models accepts, with the options of each.",
      "Options follow the name: int8-sym/per-tensor/entropy. What is in brackets may be left out."
    })
final class StrategiesCommand extends SubCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    TextTable strategies = new TextTable(List.of("strategy", "definition", "options"), 3);
    for (Strategies.Entry entry : Strategies.list()) {
      strategies.add(List.of(entry.name(), entry.definition(), entry.options()));
    }
    TextTable calibrators = new TextTable(List.of("calibration", "what saturates beyond"), 2);
    for (Calibrator calibrator : Calibrators.all()) {
      calibrators.add(List.of(calibrator.id(), calibrator.definition()));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(strategies.render());
    out.println();
    out.print(calibrators.render());
    out.println(
        "Default: "
            + Calibrators.all().stream().limit(1).map(Calibrator::id).collect(Collectors.joining())
            + ". -p calibration=auto fits what a strategy needs and keeps it beside the results; a"
            + " file that was kept is taken with -p calibration=FILE.");
    out.flush();
    return 0;
  }
}
