package org.joulemark.reports.view;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.joulemark.reports.result.Refusal;

/**
 * What the telemetry files hold.
 *
 * @param windows in the order of the files
 * @param refusals files that are broken, whose windows up to there are kept
 */
public record Traces(List<TraceWindow> windows, List<Refusal> refusals) {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();

  /** Reads {@code files}. A last line that a kill cut off is left out. */
  public static Traces read(List<Path> files) {
    List<TraceWindow> windows = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    for (Path file : files) {
      Map<String, TraceWindow> found = new LinkedHashMap<>();
      try {
        read(file, found);
      } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
        refusals.add(new Refusal(file, file + " is no whole telemetry: " + e.getMessage() + "."));
      }
      windows.addAll(found.values());
    }
    return new Traces(windows, refusals);
  }

  private static void read(Path file, Map<String, TraceWindow> windows) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    try (CSVParser csv = CSVParser.parse(whole, FORMAT)) {
      for (CSVRecord line : csv) {
        String name = "process " + line.get("process") + ", window " + line.get("window");
        String device = line.get("device");
        windows
            .computeIfAbsent(
                name + " " + device, key -> new TraceWindow(file, name, device, new ArrayList<>()))
            .points()
            .add(point(line));
      }
    }
  }

  private static TraceWindow.Point point(CSVRecord line) {
    return new TraceWindow.Point(
        number(line, "seconds"),
        line.get("in_window").equals("1"),
        number(line, "power_w"),
        number(line, "sm_mhz"),
        number(line, "temperature_c"));
  }

  private static double number(CSVRecord line, String column) {
    String cell = line.get(column);
    try {
      return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "line " + (line.getRecordNumber() + 1) + " has " + column + " '" + cell + "'", e);
    }
  }
}
