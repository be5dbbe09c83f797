package org.joulemark.benchmarks.work;

import java.io.IOException;
import java.util.List;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.harness.metrics.Metric;

/**
 * What a work's rate is held against: the maker's figure, and the best that this installation has
 * seen on this device.
 *
 * @param session the engine
 * @param name of the rate: a precision's name, or {@code read}, {@code write}, {@code copy}
 * @param amountPerUnit operations or bytes of one unit
 * @param statedPerSecond the maker's figure, NaN where there is none
 */
public record Ceiling(
    EngineSession session, String name, double amountPerUnit, double statedPerSecond) {

  /**
   * {@code peak.datasheet} and {@code peak.measured} in percent, NaN where there is nothing to hold
   * against.
   */
  List<Metric> metrics(double deviceSeconds) {
    double rate = amountPerUnit / deviceSeconds;
    return List.of(
        new Metric("peak.datasheet", 100 * rate / statedPerSecond, "%"),
        new Metric("peak.measured", 100 * rate / best(rate), "%"));
  }

  private double best(double rate) {
    if (!Double.isFinite(rate) || session.measuredPeaks().isEmpty()) {
      return Double.NaN;
    }
    try {
      return session.measuredPeaks().get().record(session.gpu(), name, rate);
    } catch (IOException e) {
      WorkWindow.note("peak.measured.reason", "The best rates cannot be kept: " + e.getMessage());
      return Double.NaN;
    }
  }
}
