package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.util.Map;
import org.joulemark.harness.energy.source.EnergySources;
import org.joulemark.harness.platform.CpuInfo;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.engine.Finding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code doctor}: what this machine offers to a run, and for each thing missing the line that would
 * fix it.
 */
@Command(
    name = "doctor",
    description = {
      "Say what was found and what not: engines, libraries, GPU, driver, energy sensors, processor, JDK.",
      "Each thing that is missing comes with the one line that would fix it. Exit code 0 if a run is possible."
    })
final class DoctorCommand extends SubCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    printSuite(out);
    EngineCatalogue engines = EngineCatalogue.installed();
    for (EngineProvider provider : engines.providers()) {
      out.println();
      out.println("Engine " + provider.name());
      for (Finding finding : provider.examine()) {
        line(out, finding.state().name(), finding.subject(), finding.detail(), finding.remedy());
      }
    }
    out.println();
    out.println("Energy");
    for (org.joulemark.harness.energy.source.Finding finding : EnergySources.examine()) {
      line(out, finding.state().name(), finding.subject(), finding.detail(), finding.remedy());
    }
    out.println();
    int exitCode = verdict(out, engines);
    out.flush();
    return exitCode;
  }

  private static void printSuite(PrintWriter out) {
    CpuInfo cpu = CpuInfo.read();
    Map<String, String> suite = SuiteVersion.facts();
    out.println("Joulemark " + suite.get("version") + ", commit " + suite.get("commit"));
    line(
        out,
        "OK",
        "JDK",
        System.getProperty("java.version")
            + ", "
            + System.getProperty("java.vm.name")
            + ", "
            + System.getProperty("java.home"),
        "");
    line(
        out,
        "OK",
        "operating system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        "");
    line(
        out,
        "OK",
        "processor",
        cpu.model()
            + ", "
            + cpu.logicalProcessors()
            + " logical processors, "
            + String.join(" ", cpu.features())
            + ", governor "
            + cpu.governor(),
        "");
  }

  private static int verdict(PrintWriter out, EngineCatalogue engines) {
    try {
      EngineCatalogue.Choice choice = engines.choose("auto");
      out.println("A run takes the engine " + choice.provider().name() + ": " + choice.reason());
      return 0;
    } catch (EngineException e) {
      out.println("No run is possible: " + e.getMessage());
      return JoulemarkCommand.FAILED;
    }
  }

  private static void line(
      PrintWriter out, String state, String subject, String detail, String remedy) {
    String mark = state.equals("OK") ? "ok     " : state.equals("ABSENT") ? "absent " : "MISSING";
    out.println("  " + mark + "  " + subject + ": " + detail);
    if (!remedy.isEmpty()) {
      out.println("           fix: " + remedy);
    }
  }
}
