package org.joulemark.reports.result;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.joulemark.harness.platform.Environment;

/**
 * Where one row was measured. A file's environment is that of the whole run, whose rows may come
 * from several devices and engines; each row's notes say which.
 */
public final class RowEnvironment {
  /** Key of the device's name among an engine's facts. */
  public static final String DEVICE_NAME = "device.name";

  /** Key of what tells the device from others of its name. */
  public static final String DEVICE_UUID = "device.uuid";

  private static final String PREFIX = "engine.";
  private static final String NAME = "name";
  private static final String AUTO = "auto";

  /** What an environment says of its engine and no row's notes repeat. */
  private static final Set<String> OF_THE_RUN = Set.of(NAME, "reason");

  private RowEnvironment() {}

  /**
   * The file's environment with the row's own facts of its engine. A row has either all of them or
   * none, so where it has them, the file's are another device's or the same.
   *
   * @param row the row
   * @param file the environment of the row's file
   * @return empty where the file has none: a device's name alone is no environment
   */
  public static Optional<Environment> of(ResultRow row, Optional<Environment> file) {
    Map<String, String> own = facts(row);
    return own.isEmpty() ? file : file.map(known -> known.ofEngine(laidOver(known, row, own)));
  }

  /** A fact of its engine that the row itself notes, such as {@link #DEVICE_NAME}. */
  public static Optional<String> noted(ResultRow row, String fact) {
    return Optional.ofNullable(row.notes().get(PREFIX + fact));
  }

  private static Map<String, String> facts(ResultRow row) {
    Map<String, String> facts = new TreeMap<>();
    row.notes()
        .forEach(
            (key, value) -> {
              if (key.startsWith(PREFIX)) {
                facts.put(key.substring(PREFIX.length()), value);
              }
            });
    return facts;
  }

  private static Map<String, String> laidOver(
      Environment file, ResultRow row, Map<String, String> own) {
    // Files of other versions may lack them.
    Map<String, String> facts = new TreeMap<>(Optional.ofNullable(file.engine()).orElse(Map.of()));
    facts.keySet().retainAll(OF_THE_RUN);
    String engine = row.params().getOrDefault("engine", AUTO);
    if (!engine.equals(AUTO)) {
      facts.put(NAME, engine);
    }
    facts.putAll(own);
    return facts;
  }
}
