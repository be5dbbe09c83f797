package org.joulemark.kernels.quant.calibration;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;

/**
 * A {@link Calibration} as JSON: its fields, and for each layer and linear part (by {@link
 * LinearPart#id}) {@code activationScale}, {@code activationZeroPoint}, {@code weightScales} and
 * {@code smoothing}, each left out where there is none; {@code notes} likewise. What is read equals
 * what was written, bit by bit.
 */
public final class CalibrationFile {
  private static final String FORMAT = "joulemark-calibration/1";
  // A number for each channel of a 70B model takes less than 100 MB.
  private static final long MOST_BYTES = 1L << 30;
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private CalibrationFile() {}

  /**
   * Writes a calibration, replacing the file as a whole so that it is never half written.
   *
   * @throws CalibrationException if the folder does not take it
   */
  public static void write(Calibration calibration, Path file) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT);
    root.put("model", calibration.model());
    root.put("weights", calibration.weights());
    root.put("strategy", calibration.strategy());
    root.put("inputs", calibration.inputs());
    root.put("tokens", calibration.tokens());
    root.put("seed", calibration.seed());
    if (!calibration.notes().isEmpty()) {
      ObjectNode notes = root.putObject("notes");
      new TreeMap<>(calibration.notes()).forEach(notes::put);
    }
    ArrayNode layers = root.putArray("layers");
    for (LayerScales layer : calibration.layers()) {
      ObjectNode parts = layers.addObject();
      for (LinearPart part : LinearPart.values()) {
        if (layer.parts().containsKey(part)) {
          writePart(layer.of(part), parts.putObject(part.id()));
        }
      }
    }
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      // A name of its own, so that two processes that write the same calibration do not meet.
      long process = ProcessHandle.current().pid();
      Path partial = file.resolveSibling(file.getFileName() + "." + process + ".partial");
      Files.write(partial, MAPPER.writeValueAsBytes(root));
      Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CalibrationException(file, "it cannot be written (" + e + ")", e);
    }
  }

  private static void writePart(PartScales scales, ObjectNode into) {
    if (!Double.isNaN(scales.activationScale())) {
      into.put("activationScale", scales.activationScale());
      into.put("activationZeroPoint", scales.activationZeroPoint());
    }
    writeArray(scales.weightScales(), "weightScales", into);
    writeArray(scales.smoothing(), "smoothing", into);
  }

  private static void writeArray(float[] numbers, String name, ObjectNode into) {
    if (numbers.length > 0) {
      ArrayNode array = into.putArray(name);
      for (float number : numbers) {
        array.add(number);
      }
    }
  }

  /**
   * Reads a calibration.
   *
   * @throws CalibrationException naming the file and the field that is missing or wrong
   */
  public static Calibration read(Path file) {
    JsonNode root = parse(file);
    String format = text(file, root, "format");
    if (!format.equals(FORMAT)) {
      throw new CalibrationException(
          file, "format is " + format + " where " + FORMAT + " is expected");
    }
    JsonNode layers = root.path("layers");
    if (!layers.isArray() || layers.isEmpty()) {
      throw new CalibrationException(file, "layers is not a list of layers");
    }
    List<LayerScales> scales = new ArrayList<>();
    for (JsonNode layer : layers) {
      scales.add(readLayer(file, "layers[" + scales.size() + "]", layer));
    }
    return new Calibration(
        text(file, root, "model"),
        text(file, root, "weights"),
        text(file, root, "strategy"),
        text(file, root, "inputs"),
        (int) whole(file, root, "tokens", 1, Integer.MAX_VALUE),
        whole(file, root, "seed", Long.MIN_VALUE, Long.MAX_VALUE),
        scales,
        notes(file, root.path("notes")));
  }

  private static Map<String, String> notes(Path file, JsonNode node) {
    Map<String, String> notes = new TreeMap<>();
    if (node.isMissingNode()) {
      return notes;
    }
    if (!node.isObject()) {
      throw new CalibrationException(file, "notes is not an object");
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isTextual()) {
        throw new CalibrationException(file, "notes." + entry.getKey() + " is not a text");
      }
      notes.put(entry.getKey(), entry.getValue().textValue());
    }
    return notes;
  }

  private static JsonNode parse(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new CalibrationException(file, "there is no such file");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new CalibrationException(file, "it is too large for a calibration");
      }
      JsonNode root = MAPPER.readTree(Files.readAllBytes(file));
      if (root == null || !root.isObject()) {
        throw new CalibrationException(file, "it is not a JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw new CalibrationException(
          file,
          "it is not valid JSON at line "
              + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
              + " ("
              + e.getOriginalMessage().lines().findFirst().orElse("")
              + ")",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static LayerScales readLayer(Path file, String at, JsonNode layer) {
    if (!layer.isObject()) {
      throw new CalibrationException(file, at + " is not an object");
    }
    Map<LinearPart, PartScales> parts = new EnumMap<>(LinearPart.class);
    for (Map.Entry<String, JsonNode> entry : layer.properties()) {
      String field = at + "." + entry.getKey();
      parts.put(part(file, field, entry.getKey()), readPart(file, field, entry.getValue()));
    }
    return new LayerScales(parts);
  }

  private static LinearPart part(Path file, String field, String id) {
    for (LinearPart part : LinearPart.values()) {
      if (part.id().equals(id)) {
        return part;
      }
    }
    throw new CalibrationException(file, field + " is no linear part");
  }

  private static PartScales readPart(Path file, String field, JsonNode part) {
    double scale = Double.NaN;
    int zeroPoint = 0;
    if (part.has("activationScale")) {
      scale = positive(file, field + ".activationScale", part.get("activationScale"));
      JsonNode zero = part.path("activationZeroPoint");
      if (!zero.isIntegralNumber() || zero.longValue() < -128 || zero.longValue() > 127) {
        throw new CalibrationException(
            file, field + ".activationZeroPoint is not a whole number from -128 to 127");
      }
      zeroPoint = zero.intValue();
    }
    return new PartScales(
        scale,
        zeroPoint,
        array(file, field + ".weightScales", part.path("weightScales")),
        array(file, field + ".smoothing", part.path("smoothing")));
  }

  private static float[] array(Path file, String field, JsonNode list) {
    if (list.isMissingNode()) {
      return new float[0];
    }
    if (!list.isArray()) {
      throw new CalibrationException(file, field + " is not a list");
    }
    float[] numbers = new float[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) positive(file, field + "[" + i + "]", list.get(i));
    }
    return numbers;
  }

  /** A number that stays positive and finite in FP32. */
  private static double positive(Path file, String field, JsonNode number) {
    double value = number.isNumber() ? number.doubleValue() : Double.NaN;
    if (!((float) value > 0 && Float.isFinite((float) value))) {
      throw new CalibrationException(
          file, field + " is not a positive number (" + shortened(number) + ")");
    }
    return value;
  }

  private static String text(Path file, JsonNode root, String field) {
    JsonNode node = root.path(field);
    if (!node.isTextual()) {
      throw new CalibrationException(file, field + " is missing or not a text");
    }
    return node.textValue();
  }

  private static long whole(Path file, JsonNode root, String field, long least, long most) {
    JsonNode node = root.path(field);
    if (!node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.longValue() < least
        || node.longValue() > most) {
      throw new CalibrationException(file, field + " is missing or not a whole number in range");
    }
    return node.longValue();
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
