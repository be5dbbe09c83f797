package org.joulemark.reports.view;

import java.nio.file.Path;
import java.util.List;

/**
 * Telemetry of one GPU over one iteration.
 *
 * @param file where it stands
 * @param name process and number of the window
 * @param device the GPU
 * @param points in the order of time
 */
public record TraceWindow(Path file, String name, String device, List<Point> points) {
  /**
   * One look at the GPU; what it does not offer is NaN.
   *
   * @param seconds from the beginning of the energy window
   * @param inWindow whether it is inside that window
   * @param watts instant power
   * @param smMegahertz clock of the multiprocessors
   * @param celsius temperature
   */
  public record Point(
      double seconds, boolean inWindow, double watts, double smMegahertz, double celsius) {}
}
