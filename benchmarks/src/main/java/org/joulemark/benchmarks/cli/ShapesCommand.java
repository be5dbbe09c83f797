package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.GemmShapes;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.reports.table.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code shapes}: the GEMM shapes that have names. */
@Command(
    name = "shapes",
    description = {
      "List the GEMM shapes by name, Y[M, N] = X[M, K] · W[N, K]ᵀ, with operations and compulsory bytes.",
      "Any other square is square-<n>; -p tokens=M sets M of any shape."
    })
final class ShapesCommand extends SubCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--tokens",
      paramLabel = "M",
      description = "M of every shape; auto (default) for each shape's own.")
  private String tokens = GemmShapes.AUTO_TOKENS;

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "Precision for which bytes are counted (default FP16).")
  private String precision = Precision.FP16.name();

  @Override
  public Integer call() {
    Precision counted = Precision.parse(precision);
    TextTable table =
        new TextTable(List.of("shape", "M", "N", "K", "GFLOP", "MB in " + counted, "FLOP/byte"), 1);
    for (GemmShape shape : new GemmShapes(ModelCatalogue.standard()).list(tokens)) {
      table.add(
          List.of(
              shape.name(),
              Integer.toString(shape.m()),
              Integer.toString(shape.n()),
              Integer.toString(shape.k()),
              String.format(Locale.ROOT, "%,.2f", shape.flops() / 1e9),
              String.format(Locale.ROOT, "%,.1f", shape.bytes(counted) / 1e6),
              String.format(Locale.ROOT, "%.0f", shape.flops() / shape.bytes(counted))));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(table.render());
    out.flush();
    return 0;
  }
}
