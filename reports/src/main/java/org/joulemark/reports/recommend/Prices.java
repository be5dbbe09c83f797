package org.joulemark.reports.recommend;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What hardware costs a user. The suite knows no prices: they come from a file such as {@code
 * {"currency": "EUR", "prices": [{"match": "RTX 4090", "price": 1900}]}}.
 *
 * @param currency of all prices; empty without a file
 * @param prices in the file's order; the first that matches counts
 */
public record Prices(
    @JsonProperty(value = "currency", required = true) String currency,
    @JsonProperty(value = "prices", required = true) List<Entry> prices) {
  /** No price is known. */
  public static final Prices NONE = new Prices("", List.of());

  private static final JsonMapper JSON = new JsonMapper();

  /** Copies the list. */
  public Prices {
    prices = List.copyOf(prices);
  }

  /**
   * A price.
   *
   * @param match regular expression of the device's name
   * @param price in the file's currency
   */
  public record Entry(
      @JsonProperty(value = "match", required = true) String match,
      @JsonProperty(value = "price", required = true) double price) {
    /**
     * Checks both.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    public Entry {
      Expression.of(match);
      if (!(price >= 0) || Double.isInfinite(price)) {
        throw new IllegalArgumentException("the price of '" + match + "' is " + price);
      }
    }
  }

  /**
   * Reads a user's prices.
   *
   * @throws IllegalArgumentException naming what in the file is wrong
   * @throws IOException if it cannot be read
   */
  public static Prices read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("--prices " + file + " is no file.");
    }
    try {
      return JSON.readValue(Files.readAllBytes(file), Prices.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(JsonComplaint.of(file, "prices", e), e);
    }
  }

  /** The price of {@code hardware}, NaN if the file has none. */
  public double of(String hardware) {
    return prices.stream()
        .filter(entry -> Expression.of(entry.match()).matcher(hardware).find())
        .mapToDouble(Entry::price)
        .findFirst()
        .orElse(Double.NaN);
  }
}
