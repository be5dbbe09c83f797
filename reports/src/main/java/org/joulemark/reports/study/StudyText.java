package org.joulemark.reports.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.joulemark.reports.table.TextTable;
import org.joulemark.reports.task.TaskResult;
import org.joulemark.reports.task.TaskTable;

/** The study and what became of its claims, as text for a terminal. */
public final class StudyText {
  private StudyText() {}

  /** The published tables. */
  public static String tables(Study study) {
    return "MMLU on "
        + study.mmluDevice()
        + ":\n"
        + mmlu(study).render()
        + "\nEnergy of the five tasks, "
        + study.tasksModel()
        + ":\n"
        + tasks(study).render()
        + "\nPlatforms:\n"
        + platforms(study).render()
        + "\nRecommendations:\n"
        + recommendations(study).render()
        + "\nClaims (study --check FILE holds them against measurements):\n"
        + claims(study)
        + "\n"
        + study.source()
        + "\n";
  }

  private static TextTable mmlu(Study study) {
    TextTable table =
        new TextTable(List.of("model", "strategy", "accuracy", "Wh", "saving", "EOR 1/Wh"), 2);
    for (Study.MmluRow row : study.mmlu()) {
      Double saving = row.savingPercent();
      table.add(
          List.of(
              row.model(),
              row.strategy(),
              format("%.1f %%", row.accuracyPercent()),
              format("%.2f", row.wattHours()),
              saving == null ? "–" : format("%.1f %%", saving),
              format("%.4f", row.eor())));
    }
    return table;
  }

  private static TextTable tasks(Study study) {
    TextTable table = new TextTable(List.of("task", "FP32 Wh", "INT8 Wh", "FP16 Wh"), 1);
    for (Study.TaskRow row : study.tasks()) {
      table.add(
          List.of(
              row.task(),
              format("%.2f", row.fp32WattHours()),
              format("%.2f", row.int8WattHours()),
              format("%.2f", row.fp16WattHours())));
    }
    return table;
  }

  private static TextTable platforms(Study study) {
    TextTable table = new TextTable(List.of("GPU", "architecture", "GB", "W"), 2);
    for (Study.Platform platform : study.platforms()) {
      table.add(
          List.of(
              platform.name(),
              platform.architecture(),
              Integer.toString(platform.memoryGigabytes()),
              Integer.toString(platform.watts())));
    }
    return table;
  }

  private static TextTable recommendations(Study study) {
    TextTable table =
        new TextTable(
            List.of("for", "GPU", "strategy", "of the baseline's accuracy", "efficiency"), 3);
    for (Study.Recommendation row : study.recommendations()) {
      table.add(
          List.of(
              row.place(),
              row.platform(),
              row.strategy(),
              format("%.0f %%", row.accuracyPercentOfBaseline()),
              format("+%.0f %%", row.efficiencyGainPercent())));
    }
    return table;
  }

  private static String claims(Study study) {
    StringBuilder text = new StringBuilder();
    for (Claim claim : study.claims()) {
      text.append("  ").append(claim.id()).append(": ").append(claim.sentence()).append('\n');
    }
    return text.toString();
  }

  /** Published beside measured, for those that the study has too; empty where there are none. */
  public static String besides(Study study, List<TaskResult> results) {
    TextTable table =
        new TextTable(
            List.of(
                "task",
                "model",
                "strategy",
                "batch",
                "device",
                "published Wh",
                "measured Wh",
                "measured / published",
                "energy"),
            5);
    boolean any = false;
    for (TaskResult result : results) {
      OptionalDouble published =
          study.wattHours(result.task(), result.model(), result.strategyFamily());
      if (published.isPresent()) {
        any = true;
        table.add(
            List.of(
                result.task(),
                result.modelTitle(),
                result.strategy(),
                result.batch(),
                result.device(),
                format("%.2f", published.getAsDouble()),
                TaskTable.energy(result.wattHours()),
                format("%.3f", result.wattHours().value() / published.getAsDouble()),
                result.energyKind()));
      }
    }
    return any
        ? "Published (" + study.mmluDevice() + ") beside measured:\n" + table.render() + "\n"
        : "";
  }

  /**
   * The claims one after the other, with verdict, figures and reasons. Measurements with one
   * verdict for one reason stand together under it, the one that gives the claim's verdict first.
   */
  public static String findings(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      text.append(finding.claim().id())
          .append(": ")
          .append(finding.claim().sentence())
          .append("\n  ")
          .append(finding.verdict().words());
      if (finding.evidence().stream().anyMatch(each -> each.verdict() != finding.verdict())) {
        text.append(", by the first of these; not all agree");
      }
      if (!finding.why().isEmpty()) {
        text.append(". ").append(finding.why());
      }
      text.append('\n');
      groups(finding)
          .forEach(
              (reason, lines) -> {
                text.append("    ").append(reason).append('\n');
                lines.forEach(line -> text.append("      ").append(line).append('\n'));
              });
    }
    return text.toString();
  }

  private static Map<String, List<String>> groups(Finding finding) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    for (Evidence evidence : finding.evidence()) {
      groups
          .computeIfAbsent(
              evidence.verdict().words() + ": " + evidence.why(), reason -> new ArrayList<>())
          .add(evidence.setting() + ": " + evidence.measured());
    }
    return groups;
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
