package org.joulemark.reports.recommend;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a use case may limit of a candidate. */
public enum Figure {
  /** Score as a fraction of the baseline's. */
  @JsonProperty("score-retention")
  SCORE_RETENTION("score retention", ""),
  /** Seconds of one operation. */
  @JsonProperty("latency")
  LATENCY("latency", "s"),
  /** Power during the work. */
  @JsonProperty("power")
  POWER("power", "W"),
  /** Power that the board may draw. */
  @JsonProperty("board-power")
  BOARD_POWER("board power", "W"),
  /** Memory of the device, 10⁹ bytes. */
  @JsonProperty("memory")
  MEMORY("memory", "GB"),
  /** What the hardware costs, in the currency of the user's price file. */
  @JsonProperty("price")
  PRICE("price", "");

  private final String title;
  private final String unit;

  Figure(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  /** The name for people. */
  public String title() {
    return title;
  }

  /** The base unit; empty for a fraction and for money. */
  public String unit() {
    return unit;
  }
}
