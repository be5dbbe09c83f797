package org.joulemark.kernels.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes safetensors files for tests: right ones, and ones whose header says what it is told. */
final class SafetensorsBuilder {
  private final List<String> entries = new ArrayList<>();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  /** Adds an F32 tensor. */
  SafetensorsBuilder floats(String name, List<Integer> dimensions, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return raw(name, "F32", dimensions, bytes.array());
  }

  /** Adds a tensor of zeros. */
  SafetensorsBuilder zeros(TensorSpec tensor) {
    return floats(tensor.name(), tensor.dimensions(), new float[(int) tensor.elements()]);
  }

  /** Adds a tensor of any type. */
  SafetensorsBuilder raw(String name, String dtype, List<Integer> dimensions, byte[] bytes) {
    int begin = data.size();
    data.writeBytes(bytes);
    entries.add(entry(name, dtype, dimensions.toString(), "[" + begin + "," + data.size() + "]"));
    return this;
  }

  /** One entry of a header, whatever it says. */
  static String entry(String name, String dtype, String shape, String offsets) {
    return "\""
        + name
        + "\":{\"dtype\":\""
        + dtype
        + "\",\"shape\":"
        + shape
        + ",\"data_offsets\":"
        + offsets
        + "}";
  }

  /** Writes the tensors added so far. */
  Path write(Path file) throws IOException {
    return write(file, "{" + String.join(",", entries) + "}", data.toByteArray());
  }

  /** Writes a header as it is, and data. */
  static Path write(Path file, String header, byte[] data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text).put(data);
    return Files.write(file, bytes.array());
  }
}
