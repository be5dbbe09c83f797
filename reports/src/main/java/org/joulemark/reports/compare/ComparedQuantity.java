package org.joulemark.reports.compare;

/** What is compared of each configuration; less is better in both. */
public enum ComparedQuantity {
  /** Time of one operation. */
  TIME("time", "s", "faster", "slower"),
  /** Energy of one operation. */
  ENERGY("energy", "J", "less", "more");

  private final String id;
  private final String unit;
  private final String better;
  private final String worse;

  ComparedQuantity(String id, String unit, String better, String worse) {
    this.id = id;
    this.unit = unit;
    this.better = better;
    this.worse = worse;
  }

  /** The name used in files. */
  public String id() {
    return id;
  }

  /** Base unit of one operation's value. */
  public String unit() {
    return unit;
  }

  /** A verdict for people: energy is not faster or slower but less or more. */
  public String word(Verdict verdict) {
    return switch (verdict) {
      case FASTER -> better;
      case SLOWER -> worse;
      case SAME, AMBIGUOUS -> verdict.id();
    };
  }
}
