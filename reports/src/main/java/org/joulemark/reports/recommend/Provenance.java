package org.joulemark.reports.recommend;

import java.util.Locale;

/**
 * Where a candidate's figures come from. Candidates of two provenances are never ranked together.
 */
public enum Provenance {
  /** Energy from a hardware counter. */
  MEASURED,
  /** Energy from power readings, summed over time. */
  INTEGRATED,
  /** Energy from a power model, without a sensor. */
  MODELLED,
  /** Stated by somebody else, with a source. */
  PUBLISHED,
  /** From the tables of the study that this suite lets one test. */
  STUDY;

  /** The name used in files: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
