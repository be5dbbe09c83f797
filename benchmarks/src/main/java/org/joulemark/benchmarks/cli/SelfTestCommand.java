package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.selftest.EngineSelfTest;
import org.joulemark.kernels.selftest.SelfChecking;
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
          "Run only the checks whose name begins with this, such as layer, model or \"layer bloom\";"
              + " may be given several times. Default: all.")
  private List<String> only = List.of();

  @Option(
      names = "--part",
      paramLabel = "K/N",
      description = "Run only the K-th of N parts, to run parts side by side (default 1/1).")
  private String part = "1/1";

  @Option(
      names = "--covering",
      description =
          "Run only a few small checks that between them launch each kernel of the engine's own:"
              + " for tools under which a kernel takes very long, such as compute-sanitizer.")
  private boolean covering;

  @Override
  public Integer call() {
    WantedChecks wanted = WantedChecks.of(only, part);
    PrintWriter out = spec.commandLine().getOut();
    EngineProvider provider = engine.choose(out);
    // A part may be empty; a beginning that no check has is a mistake.
    AtomicBoolean known = new AtomicBoolean();
    try (Engine opened = engine.open(provider)) {
      Predicate<String> asked = covering ? covering(opened)::contains : name -> true;
      Predicate<String> noted =
          name -> {
            known.compareAndSet(false, wanted.begins(name));
            return asked.test(name) && wanted.test(name);
          };
      List<SelfTestRow> rows =
          new EngineSelfTest(
                  opened, provider.gemmDefaults("auto"), seed, noted, row -> print(out, row))
              .run();
      out.println(summary(rows));
      out.flush();
      if (!known.get()) {
        throw new UsageException("No check of this engine " + wanted.described() + ".");
      }
      return EngineSelfTest.passed(rows) ? 0 : JoulemarkCommand.FAILED;
    }
  }

  private static Set<String> covering(Engine engine) {
    if (engine instanceof SelfChecking own) {
      return own.covering();
    }
    throw new UsageException(
        "--covering is for an engine with kernels of its own, such as cuda; "
            + engine.name()
            + " has none: leave it out.");
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
