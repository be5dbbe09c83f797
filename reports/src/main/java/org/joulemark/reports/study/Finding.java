package org.joulemark.reports.study;

import java.util.List;

/**
 * What became of a claim.
 *
 * @param claim the claim
 * @param verdict that of the measurement nearest to the study's own setting
 * @param why one sentence where there is no measurement to speak of it; else empty
 * @param evidence every measurement that speaks of it, the nearest to the study's setting first
 */
public record Finding(Claim claim, Verdict verdict, String why, List<Evidence> evidence) {

  /** Copies. */
  public Finding {
    evidence = List.copyOf(evidence);
  }

  /** With measurements. */
  static Finding of(Claim claim, List<Evidence> evidence) {
    return new Finding(claim, evidence.get(0).verdict(), "", evidence);
  }

  /** Without. */
  static Finding untestable(Claim claim, String why) {
    return new Finding(claim, Verdict.NOT_TESTABLE, why, List.of());
  }
}
