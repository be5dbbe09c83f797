package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.joulemark.reports.study.Study;
import org.joulemark.reports.study.StudyCheck;
import org.joulemark.reports.study.StudyText;
import org.joulemark.reports.task.TaskResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code study}: the study's published tables, or its claims held against measurements. */
@Command(
    name = "study",
    description = {
      "Print the study's published tables, or hold its claims against measured tasks.",
      "Each claim is supported, contradicted or not testable with the data, with figures and the reason."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  java -jar benchmarks.jar study",
      "  java -jar benchmarks.jar study --check joulemark-results/2025-01-31_12-00-00",
      "  java -jar benchmarks.jar study --check a100/results.json rtx4090/results.json"
    })
final class StudyCommand extends SubCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--check",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Results to hold the claims against: files or folders of runs.")
  private List<Path> check = new ArrayList<>();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Study study = Study.published();
    if (check.isEmpty()) {
      out.print(StudyText.tables(study));
    } else {
      List<TaskResult> results = MeasuredTasks.read(check, spec.commandLine().getErr());
      out.print(StudyText.besides(study, results));
      out.print(StudyText.findings(new StudyCheck(study, results).findings()));
    }
    out.flush();
    return 0;
  }
}
