package org.joulemark.benchmarks.cli;

import org.joulemark.reports.footprint.Footprint;
import org.joulemark.reports.footprint.GridTable;
import picocli.CommandLine.Option;

/** The options for carbon and money, which stand beside the energy of whole tasks. */
final class FootprintOptions {
  @Option(
      names = "--grid",
      paramLabel = "GRID",
      description = "Show tasks' carbon: a country's code such as de, or g CO2e/kWh.")
  private String grid = "";

  @Option(
      names = "--price",
      paramLabel = "N",
      description = "Show tasks' cost: the price of a kWh, in your currency.")
  private double price = Double.NaN;

  @Option(
      names = "--pue",
      paramLabel = "N",
      description =
          "What the building draws for each unit of the device, in carbon and cost (default 1: the"
              + " device alone).")
  private double pue = 1;

  /**
   * What was asked for.
   *
   * @throws IllegalArgumentException naming the option that is wrong
   */
  Footprint footprint() {
    return new Footprint(grid.isEmpty() ? null : GridTable.standard().get(grid), price, pue);
  }
}
