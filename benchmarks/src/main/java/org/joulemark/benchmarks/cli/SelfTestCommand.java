package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.selftest.EngineSelfTest;
import org.joulemark.kernels.selftest.SelfTestRow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code selftest}: checks an installation on its own hardware. */
@Command(
    name = "selftest",
    description = {
      "Check this installation on its own hardware: every precision, library and kernel of the engine against its"
          + " reference, over random shapes.",
      "Exit code 0 only if every check that this hardware can do passed."
    })
final class SelfTestCommand extends SubCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private EngineOption engine = new EngineOption();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the random shapes (default 1).")
  private long seed = 1;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description =
          "Run only the checks whose name begins with this, such as layer, model or \"layer bloom\"."
              + " Default: all.")
  private String only = "";

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    EngineProvider provider = engine.choose(out);
    try (Engine opened = engine.open(provider)) {
      List<SelfTestRow> rows =
          new EngineSelfTest(
                  opened,
                  provider.gemmDefaults("auto"),
                  seed,
                  name -> name.startsWith(only),
                  row -> print(out, row))
              .run();
      out.println(summary(rows));
      out.flush();
      if (rows.isEmpty()) {
        throw new UsageException("No check of this engine begins with \"" + only + "\".");
      }
      return EngineSelfTest.passed(rows) ? 0 : JoulemarkCommand.FAILED;
    }
  }

  private static void print(PrintWriter out, SelfTestRow row) {
    out.printf(
        Locale.ROOT,
        "%-11s  %6.3f s  %s: %s%n",
        row.verdict().name().toLowerCase(Locale.ROOT),
        row.seconds(),
        row.name(),
        row.detail());
    out.flush();
  }

  private static String summary(List<SelfTestRow> rows) {
    return String.format(
        Locale.ROOT,
        "%d passed, %d failed, %d unsupported",
        count(rows, SelfTestRow.Verdict.PASSED),
        count(rows, SelfTestRow.Verdict.FAILED),
        count(rows, SelfTestRow.Verdict.UNSUPPORTED));
  }

  private static long count(List<SelfTestRow> rows, SelfTestRow.Verdict verdict) {
    return rows.stream().filter(row -> row.verdict() == verdict).count();
  }
}
