package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.joulemark.reports.table.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code models}: the model catalogue with what each model costs. */
@Command(
    name = "models",
    description = {
      "List the models: parameters, bytes per precision, operations and cache per token.",
      "In INT8 the linear parts of the layers are; embedding and head stay in FP16.",
      "Operations are those of the linear layers and the head; attention over the context comes on top."
    })
final class ModelsCommand extends SubCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    TextTable table =
        new TextTable(
            List.of(
                "model",
                "title",
                "family",
                "study",
                "parameters",
                "FP32 GB",
                "FP16 GB",
                "INT8 GB",
                "GFLOP/token",
                "KV bytes/token"),
            4);
    for (ModelShape model : ModelCatalogue.standard().models()) {
      table.add(
          List.of(
              model.id(),
              model.title(),
              model.family(),
              model.study() ? "yes" : "",
              String.format(Locale.ROOT, "%,d", model.parameters()),
              gigabytes(model, "fp32"),
              gigabytes(model, "fp16"),
              gigabytes(model, "int8-sym"),
              String.format(Locale.ROOT, "%.2f", model.linearFlopsPerToken() / 1e9),
              String.format(Locale.ROOT, "%,d", model.kvBytesPerToken(2))));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(table.render());
    out.println("KV bytes per token at 16 bits per element.");
    out.flush();
    return 0;
  }

  /** What its weights take under a strategy. */
  private static String gigabytes(ModelShape model, String strategy) {
    ModelProblem problem =
        new ModelProblem(
            model, Strategies.parse(strategy), List.of(), /* batch= */ 1, /* capacity= */ 1);
    return String.format(Locale.ROOT, "%.1f", problem.weightBytes() / 1e9);
  }
}
