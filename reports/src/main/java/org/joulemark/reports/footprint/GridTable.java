package org.joulemark.reports.footprint;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How much carbon dioxide a kilowatt-hour of electricity stands for, by country. Read from {@code
 * grids.json}: a new grid is one entry there.
 *
 * @param source of the numbers
 * @param grids by their ids
 */
public record GridTable(
    @JsonProperty(required = true) String source, @JsonProperty(required = true) List<Grid> grids) {

  /** Copies. */
  public GridTable {
    grids = List.copyOf(grids);
  }

  /**
   * One grid.
   *
   * @param id the country's two-letter code, lower case
   * @param name for people
   * @param gramsPerKilowattHour g CO2e/kWh
   */
  public record Grid(
      @JsonProperty(required = true) String id,
      @JsonProperty(required = true) String name,
      @JsonProperty(required = true) double gramsPerKilowattHour) {}

  /** The table that comes with the suite. */
  public static GridTable standard() {
    try (InputStream in = GridTable.class.getResourceAsStream("grids.json")) {
      if (in == null) {
        throw new IllegalStateException("grids.json is missing from this jar");
      }
      return new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .readValue(in, GridTable.class);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read grids.json", e);
    }
  }

  /**
   * A grid by its id, or one of the user's own by its number.
   *
   * @param grid an id of the table, or g CO2e/kWh
   * @throws IllegalArgumentException naming the ids
   */
  public Grid get(String grid) {
    for (Grid known : grids) {
      if (known.id().equals(grid)) {
        return known;
      }
    }
    try {
      double grams = Double.parseDouble(grid);
      if (grams >= 0 && Double.isFinite(grams)) {
        return new Grid("own", "a number given", grams);
      }
    } catch (NumberFormatException e) {
      // Said below, together with numbers that make no sense.
    }
    throw new IllegalArgumentException(
        "--grid "
            + grid
            + " is not known; give g CO2e/kWh, or one of "
            + grids.stream().map(Grid::id).collect(Collectors.joining(" "))
            + ".");
  }
}
