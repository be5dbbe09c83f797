package org.joulemark.reports.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.joulemark.harness.platform.GpuCatalogue;
import org.joulemark.harness.platform.GpuSpec;
import org.joulemark.reports.task.Interval;
import org.joulemark.reports.task.TaskResult;

/**
 * Goes through the study's claims with measured tasks. Only what differs in nothing but the claim's
 * subject is compared: the same device, source of energy, task, batch, depth and origin of the
 * weights.
 */
public final class StudyCheck {
  private static final String MMLU = "mmlu";
  private static final String GSM8K = "gsm8k";
  private static final String QWEN = "qwen2.5-7b";
  private static final String DISTILLED = "deepseek-r1-distill-qwen-7b";
  private static final String MODELLED = "modelled";

  /**
   * GPU sensors differ by so much from card to card (arXiv:2312.02741), if a result states nothing.
   */
  private static final double SENSOR_GAIN = 0.05;

  /** Mean tokens of an item that differ by less are the same. */
  private static final double SAME_TOKENS = 0.001;

  private final Study study;
  private final List<TaskResult> usable;
  private final String nothing;

  /**
   * With measurements.
   *
   * @param study the claims
   * @param results in any order
   */
  public StudyCheck(Study study, List<TaskResult> results) {
    this.study = study;
    List<TaskResult> measured = new ArrayList<>();
    boolean modelled = false;
    for (TaskResult result : results) {
      modelled |= result.energyKind().equals(MODELLED);
      if (Double.isFinite(result.wattHours().value()) && !result.energyKind().equals(MODELLED)) {
        measured.add(result);
      }
    }
    measured.sort(Comparator.comparingInt(StudyCheck::distance));
    this.usable = List.copyOf(measured);
    if (!measured.isEmpty()) {
      nothing = "";
    } else if (modelled) {
      nothing =
          "The energy is modelled from processor time, not measured: no claim about energy can be"
              + " tested with it.";
    } else {
      nothing = "There is no task with measured energy.";
    }
  }

  /** How far a result is from the study's own setting: MMLU, Qwen, batch 1, the whole model. */
  private static int distance(TaskResult result) {
    return (result.depth().equals("model") ? 0 : 8)
        + (result.batch().equals("1") ? 0 : 4)
        + (result.task().equals(MMLU) ? 0 : 2)
        + (result.model().equals(QWEN) ? 0 : 1);
  }

  /** A finding for each claim, in the study's order. */
  public List<Finding> findings() {
    return study.claims().stream().map(this::check).toList();
  }

  private Finding check(Claim claim) {
    if (!nothing.isEmpty()) {
      return Finding.untestable(claim, nothing);
    }
    return switch (claim.kind()) {
      case SAVING -> saving(claim);
      case JOINT_CHOICE -> jointChoice(claim);
      case TASK_RATIO -> taskRatio(claim);
      case DISTILLATION -> distillation(claim);
      case ARCHITECTURE -> architecture(claim);
    };
  }

  private Finding saving(Claim claim) {
    List<Evidence> evidence = new ArrayList<>();
    for (TaskResult baseline : usable) {
      if (!baseline.strategyFamily().equals(Study.FP32)) {
        continue;
      }
      for (String strategy : claim.strategies()) {
        for (TaskResult other : usable) {
          if (other.strategyFamily().equals(strategy) && sameButStrategy(baseline, other)) {
            evidence.add(
                Judgement.of(
                    setting(other, baseline),
                    percentSaved(other, baseline),
                    claim.low() - Judgement.POINTS,
                    claim.high() + Judgement.POINTS,
                    "saves %s %%"));
          }
        }
      }
    }
    return evidence.isEmpty()
        ? Finding.untestable(
            claim,
            "It needs the same task and model in fp32 and in "
                + String.join(" or ", claim.strategies())
                + " on one device.")
        : Finding.of(claim, evidence);
  }

  /** Of their energies. The scale of a sensor cancels between results of one card, not of two. */
  private static Interval quotient(TaskResult of, TaskResult by) {
    Interval quotient = of.wattHours().over(by.wattHours());
    double stated = of.sensor().mayDifferFrom(by.sensor());
    double sensors = Double.isNaN(stated) ? Math.sqrt(2) * SENSOR_GAIN : stated;
    return quotient.widenedBy(sensors * quotient.value());
  }

  private static Interval percentSaved(TaskResult less, TaskResult more) {
    Interval quotient = quotient(less, more);
    return new Interval(100 * (1 - quotient.value()), 100 * quotient.halfWidth());
  }

  /** "Up to" is a claim that so much is reached; what goes beyond is said, and supports it. */
  private Finding jointChoice(Claim claim) {
    List<Evidence> evidence = new ArrayList<>();
    for (TaskResult baseline : usable) {
      if (!baseline.strategyFamily().equals(Study.FP32) || !hasScore(baseline)) {
        continue;
      }
      Optional<TaskResult> best =
          usable.stream()
              .filter(other -> sameButStrategy(baseline, other) && hasScore(other))
              .filter(other -> !other.strategy().equals(baseline.strategy()))
              .max(Comparator.comparingDouble(TaskResult::eor));
      best.ifPresent(other -> evidence.add(gain(claim, baseline, other)));
    }
    return evidence.isEmpty()
        ? Finding.untestable(
            claim,
            "It needs a task with a score in fp32 and in at least one other strategy on one device.")
        : Finding.of(claim, evidence);
  }

  private static Evidence gain(Claim claim, TaskResult baseline, TaskResult best) {
    Interval energy = quotient(baseline, best);
    double scores = best.score() / baseline.score();
    Interval gain =
        new Interval(100 * (scores * energy.value() - 1), 100 * scores * energy.halfWidth());
    Evidence judged =
        Judgement.of(
            setting(best, baseline),
            gain,
            claim.low() - Judgement.POINTS,
            Double.POSITIVE_INFINITY,
            "gains %s %%");
    if (judged.verdict() != Verdict.SUPPORTED) {
      return judged;
    }
    boolean beyond = gain.low() > claim.high() + Judgement.POINTS;
    return new Evidence(
        judged.setting(),
        judged.verdict(),
        judged.measured(),
        (beyond ? "so much is reached, and it is no limit: more is" : "so much is reached")
            + (best.scoreSource().contains("baseline")
                ? "; for want of a score of its own it has the baseline's"
                : ""));
  }

  private Finding taskRatio(Claim claim) {
    List<Evidence> evidence = new ArrayList<>();
    for (TaskResult mmlu : usable) {
      if (!mmlu.task().equals(MMLU) || !asItself(mmlu)) {
        continue;
      }
      for (TaskResult gsm8k : usable) {
        if (gsm8k.task().equals(GSM8K)
            && gsm8k.strategy().equals(mmlu.strategy())
            && gsm8k.model().equals(mmlu.model())
            && sameGround(mmlu, gsm8k)) {
          Evidence judged =
              Judgement.of(
                  setting(gsm8k, mmlu),
                  quotient(gsm8k, mmlu),
                  claim.low(),
                  claim.high(),
                  "takes %s times MMLU's");
          evidence.add(
              new Evidence(
                  judged.setting(),
                  judged.verdict(),
                  judged.measured(),
                  judged.why()
                      + String.format(
                          java.util.Locale.ROOT,
                          ", at %.0f tokens an item against %.0f",
                          gsm8k.itemTokens(),
                          mmlu.itemTokens())));
        }
      }
    }
    return evidence.isEmpty()
        ? Finding.untestable(
            claim, "It needs mmlu and gsm8k of one model in one strategy on one device.")
        : Finding.of(claim, evidence);
  }

  /** MMLU is scored by what follows its prompts; items that decode besides are another task. */
  private static boolean asItself(TaskResult mmlu) {
    return mmlu.decoded().equals("auto") || mmlu.decoded().equals("0");
  }

  private Finding distillation(Claim claim) {
    List<Evidence> evidence = new ArrayList<>();
    for (TaskResult original : usable) {
      if (!original.model().equals(QWEN)) {
        continue;
      }
      for (TaskResult distilled : usable) {
        if (distilled.model().equals(DISTILLED)
            && distilled.task().equals(original.task())
            && distilled.strategy().equals(original.strategy())
            && sameGround(original, distilled)) {
          evidence.add(distilled(claim, original, distilled));
        }
      }
    }
    // Items of as many tokens tell nothing, so those that were given their own speak first.
    evidence.sort(Comparator.comparing((Evidence each) -> each.verdict() == Verdict.NOT_TESTABLE));
    return evidence.isEmpty()
        ? Finding.untestable(
            claim,
            "It needs one task of both models in one strategy on one device. They have the same"
                + " shape, so they can differ only in how many tokens they decode: give each its own"
                + " with -p decoded=N.")
        : Finding.of(claim, evidence);
  }

  private static Evidence distilled(Claim claim, TaskResult original, TaskResult distilled) {
    Evidence judged =
        Judgement.of(
            setting(distilled, original),
            percentSaved(distilled, original),
            claim.low() - Judgement.POINTS,
            claim.high() + Judgement.POINTS,
            "saves %s %%");
    double tokens = distilled.itemTokens() / original.itemTokens();
    if (Math.abs(tokens - 1) < SAME_TOKENS) {
      return new Evidence(
          judged.setting(),
          Verdict.NOT_TESTABLE,
          judged.measured(),
          "two models of the same shape cost the same for each token, and these items have as many"
              + " tokens: the distilled one can differ only through the number that it decodes;"
              + " measure each with its own, -p decoded=N");
    }
    return new Evidence(
        judged.setting(),
        judged.verdict(),
        judged.measured(),
        judged.why()
            + String.format(
                java.util.Locale.ROOT,
                "; an item has %.0f tokens against %.0f, as given, and that alone makes the"
                    + " difference: the models have the same shape",
                distilled.itemTokens(),
                original.itemTokens()));
  }

  private Finding architecture(Claim claim) {
    List<Evidence> evidence = new ArrayList<>();
    for (TaskResult ada : usable) {
      for (TaskResult ampere : usable) {
        if (capability(ada).equals("8.9")
            && capability(ampere).matches("8\\.[0-7]")
            && hasScore(ada)
            && hasScore(ampere)
            && ada.task().equals(ampere.task())
            && ada.model().equals(ampere.model())
            && ada.strategy().equals(ampere.strategy())
            && ada.decoded().equals(ampere.decoded())
            && ada.batch().equals(ampere.batch())
            && ada.depth().equals(ampere.depth())
            && ada.seeded() == ampere.seeded()
            && ada.energyKind().equals(ampere.energyKind())) {
          evidence.add(faster(ada, ampere));
        }
      }
    }
    // One that speaks against it outweighs those for it.
    evidence.sort(Comparator.comparing((Evidence each) -> each.verdict() != Verdict.CONTRADICTED));
    return evidence.isEmpty()
        ? Finding.untestable(
            claim,
            "It needs one task, with a score, of one model in one strategy from a GPU of each: name"
                + " the results of both.")
        : Finding.of(claim, evidence);
  }

  private static Evidence faster(TaskResult ada, TaskResult ampere) {
    Interval quotient = quotient(ampere, ada);
    double scores = ada.score() / ampere.score();
    Interval eor = new Interval(scores * quotient.value(), scores * quotient.halfWidth());
    Evidence judged =
        Judgement.of(
            setting(ada) + " against " + ampere.device(),
            eor,
            1,
            Double.POSITIVE_INFINITY,
            "EOR is %s times as high");
    return judged;
  }

  private static String capability(TaskResult result) {
    return GpuCatalogue.standard().find(result.device()).map(GpuSpec::computeCapability).orElse("");
  }

  private static boolean hasScore(TaskResult result) {
    return Double.isFinite(result.score()) && result.score() > 0;
  }

  private static boolean sameButStrategy(TaskResult one, TaskResult other) {
    return one.task().equals(other.task())
        && one.model().equals(other.model())
        && one.decoded().equals(other.decoded())
        && sameGround(one, other);
  }

  /**
   * Of checkpoints it is enough that both are ones: the models' names say which, and one folder may
   * lie in several places.
   */
  private static boolean sameGround(TaskResult one, TaskResult other) {
    return one.device().equals(other.device())
        && one.energyKind().equals(other.energyKind())
        && one.batch().equals(other.batch())
        && one.depth().equals(other.depth())
        && one.seeded() == other.seeded();
  }

  private static String setting(TaskResult result, TaskResult heldAgainst) {
    return setting(result) + (result.sensor().sameAs(heldAgainst.sensor()) ? "" : ", two cards");
  }

  private static String setting(TaskResult result) {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("task", result.task());
    words.put("model", result.modelTitle());
    words.put("strategy", result.strategy());
    words.put("batch", "batch " + result.batch());
    if (!result.decoded().equals("auto")) {
      words.put("decoded", result.decoded() + " tokens decoded");
    }
    if (!result.depth().equals("model")) {
      words.put("depth", "one layer");
    }
    if (!result.device().isEmpty()) {
      words.put("device", result.device());
    }
    return String.join(", ", words.values());
  }
}
