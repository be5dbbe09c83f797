package org.joulemark.kernels.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.model.SafetensorsFile.Tensor;

/**
 * Reads the header of a {@link SafetensorsFile} and believes it in nothing: its length, every
 * offset and every size is held against the file, and tensors must follow each other without gap or
 * overlap and fill the file.
 */
final class SafetensorsHeader {
  // What the format's own implementation accepts.
  private static final long MOST_HEADER_BYTES = 100_000_000;
  private static final int LENGTH_BYTES = 8;
  private static final String METADATA = "__metadata__";

  private final Path file;
  private final long dataStart;
  private final long fileSize;

  private SafetensorsHeader(Path file, long dataStart, long fileSize) {
    this.file = file;
    this.dataStart = dataStart;
    this.fileSize = fileSize;
  }

  /**
   * Every tensor by name, in the order of the data.
   *
   * @throws ModelFormatException naming the file, and the tensor where there is one, for a missing
   *     or truncated file or a header that is broken or lies
   */
  static Map<String, Tensor> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(file, "there is no such file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      long headerBytes = headerLength(file, channel, size);
      byte[] header = new byte[(int) headerBytes];
      readFully(file, channel, ByteBuffer.wrap(header), LENGTH_BYTES);
      return new SafetensorsHeader(file, LENGTH_BYTES + headerBytes, size)
          .tensors(JsonFile.parse(file, "the header", header));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static long headerLength(Path file, FileChannel channel, long size) throws IOException {
    if (size < LENGTH_BYTES) {
      throw new ModelFormatException(
          file, "it has " + size + " bytes, too few for the length of a header");
    }
    ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, length, 0);
    long headerBytes = length.getLong(0);
    if (headerBytes < 0 || headerBytes > size - LENGTH_BYTES) {
      throw new ModelFormatException(
          file,
          "its header claims "
              + Long.toUnsignedString(headerBytes)
              + " bytes, but the file has only "
              + (size - LENGTH_BYTES)
              + " after the length");
    }
    if (headerBytes > MOST_HEADER_BYTES) {
      throw new ModelFormatException(
          file, "its header claims " + headerBytes + " bytes, more than " + MOST_HEADER_BYTES);
    }
    return headerBytes;
  }

  private static void readFully(Path file, FileChannel channel, ByteBuffer into, long position)
      throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int read = channel.read(into, at);
      if (read < 0) {
        throw new ModelFormatException(file, "it ends at byte " + at + ", within its header");
      }
      at += read;
    }
  }

  private Map<String, Tensor> tensors(JsonNode header) {
    List<Tensor> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (!entry.getKey().equals(METADATA)) {
        all.add(tensor(entry.getKey(), entry.getValue()));
      }
    }
    all.sort(Comparator.comparingLong(Tensor::offset).thenComparingLong(Tensor::bytes));
    Map<String, Tensor> byName = new LinkedHashMap<>();
    long end = dataStart;
    for (Tensor tensor : all) {
      if (tensor.offset() != end) {
        throw wrong(
            tensor.name(),
            tensor.offset() < end
                ? "its data overlaps that of the tensor before it"
                : "there is a hole of " + (tensor.offset() - end) + " bytes before its data");
      }
      end = tensor.offset() + tensor.bytes();
      byName.put(tensor.name(), tensor);
    }
    if (end != fileSize) {
      throw new ModelFormatException(
          file, "it has " + (fileSize - end) + " bytes after its last tensor");
    }
    return byName;
  }

  private Tensor tensor(String name, JsonNode node) {
    if (!node.isObject()) {
      throw wrong(name, "its entry in the header is not an object");
    }
    String dtype = node.path("dtype").asText("");
    List<Long> dimensions = dimensions(name, node.path("shape"));
    JsonNode offsets = node.path("data_offsets");
    if (!offsets.isArray() || offsets.size() != 2) {
      throw wrong(name, "data_offsets is not a pair of whole numbers");
    }
    long begin = wholeNumber(name, "data_offsets", offsets.get(0));
    long end = wholeNumber(name, "data_offsets", offsets.get(1));
    if (begin > end) {
      throw wrong(name, "data_offsets end before they begin");
    }
    if (end > fileSize - dataStart) {
      throw wrong(
          name,
          "its data should end at byte "
              + end
              + " of the data, but the file holds only "
              + (fileSize - dataStart)
              + ": it is truncated or its header lies");
    }
    long expected = byteSize(name, dtype, dimensions);
    if (end - begin != expected) {
      throw wrong(
          name,
          "shape "
              + dimensions
              + " of "
              + dtype
              + " needs "
              + expected
              + " bytes, but data_offsets span "
              + (end - begin));
    }
    return new Tensor(name, dtype, dimensions, dataStart + begin, expected);
  }

  private List<Long> dimensions(String name, JsonNode shape) {
    if (!shape.isArray()) {
      throw wrong(name, "shape is missing or not an array");
    }
    List<Long> dimensions = new ArrayList<>();
    for (JsonNode dimension : shape) {
      dimensions.add(wholeNumber(name, "shape", dimension));
    }
    return List.copyOf(dimensions);
  }

  private long wholeNumber(String name, String field, JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw wrong(name, field + " holds what is not a whole number that is not negative");
    }
    return node.longValue();
  }

  private long byteSize(String name, String dtype, List<Long> dimensions) {
    long bytes = bytesPerElement(name, dtype);
    try {
      for (long dimension : dimensions) {
        bytes = Math.multiplyExact(bytes, dimension);
      }
    } catch (ArithmeticException e) {
      throw wrong(name, "shape " + dimensions + " overflows");
    }
    return bytes;
  }

  private int bytesPerElement(String name, String dtype) {
    return switch (dtype) {
      case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2" -> 1;
      case "F16", "BF16", "I16", "U16" -> 2;
      case "F32", "I32", "U32" -> 4;
      case "F64", "I64", "U64" -> 8;
      default ->
          throw wrong(
              name,
              "dtype \"" + dtype.substring(0, Math.min(20, dtype.length())) + "\" is not known");
    };
  }

  private ModelFormatException wrong(String tensor, String problem) {
    return ModelFormatException.ofTensor(file, tensor, problem);
  }
}
