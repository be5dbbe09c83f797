package org.joulemark.kernels.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a Hugging Face model folder: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} names. Every tensor that a pass needs has been found, with the
 * right shape, when the checkpoint is open; further ones are ignored. Safe for concurrent use.
 */
public final class Checkpoint implements TensorSource {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String BLOOM_PREFIX = "transformer.";

  private final ModelShape shape;
  private final Map<String, Place> places;

  private Checkpoint(ModelShape shape, Map<String, Place> places) {
    this.shape = shape;
    this.places = places;
  }

  /** Where a tensor lies, and under which name. */
  private record Place(SafetensorsFile file, String name) {}

  /**
   * Opens a folder with a {@code config.json}.
   *
   * @throws ModelFormatException naming the file and the field or tensor that is missing, misshapen
   *     or broken
   */
  public static Checkpoint open(Path folder) {
    ModelShape shape = HuggingFaceConfig.read(folder);
    Map<String, SafetensorsFile> stored = storedTensors(folder);
    Path whole =
        Files.exists(folder.resolve(SINGLE)) ? folder.resolve(SINGLE) : folder.resolve(INDEX);
    Map<String, Place> places = new HashMap<>();
    for (TensorSpec tensor : ModelTensors.of(shape).all()) {
      Place place = find(shape, stored, tensor, whole);
      checkShape(tensor, place);
      places.put(tensor.name(), place);
    }
    return new Checkpoint(shape, places);
  }

  /** The folder's model. */
  public ModelShape shape() {
    return shape;
  }

  @Override
  public void row(TensorSpec tensor, int row, float[] into) {
    Place place = places.get(tensor.name());
    if (place == null) {
      throw new IllegalArgumentException(
          "the checkpoint of " + shape.id() + " has no tensor " + tensor.name());
    }
    place.file().readRow(place.name(), row, into);
  }

  private static Map<String, SafetensorsFile> storedTensors(Path folder) {
    Map<String, SafetensorsFile> stored = new HashMap<>();
    Path single = folder.resolve(SINGLE);
    Path index = folder.resolve(INDEX);
    if (Files.exists(single)) {
      SafetensorsFile file = SafetensorsFile.open(single);
      file.tensors().keySet().forEach(name -> stored.put(name, file));
    } else if (Files.exists(index)) {
      readIndex(folder, index, stored);
    } else {
      throw new ModelFormatException(folder, "there is neither " + SINGLE + " nor " + INDEX);
    }
    return stored;
  }

  private static void readIndex(Path folder, Path index, Map<String, SafetensorsFile> stored) {
    JsonNode places = JsonFile.read(index).path("weight_map");
    if (!places.isObject()) {
      throw new ModelFormatException(index, "field weight_map: it is missing or not an object");
    }
    Map<String, SafetensorsFile> shards = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : places.properties()) {
      String name = entry.getValue().asText("");
      // A shard lies in the folder itself, or the index could name any file of the machine.
      if (name.isEmpty()
          || name.contains("/")
          || name.contains("\\")
          || name.indexOf('\0') >= 0
          || name.equals("..")) {
        throw new ModelFormatException(
            index, "tensor " + entry.getKey() + ": its shard is not the name of a file");
      }
      SafetensorsFile shard =
          shards.computeIfAbsent(name, file -> SafetensorsFile.open(folder.resolve(file)));
      if (!shard.contains(entry.getKey())) {
        throw new ModelFormatException(
            shard.path(),
            "tensor "
                + entry.getKey()
                + ": it is missing, though "
                + INDEX
                + " says that it is here");
      }
      stored.put(entry.getKey(), shard);
    }
  }

  private static Place find(
      ModelShape shape, Map<String, SafetensorsFile> stored, TensorSpec tensor, Path whole) {
    List<String> names =
        shape.family().equals("bloom")
            ? List.of(tensor.name(), BLOOM_PREFIX + tensor.name())
            : List.of(tensor.name());
    for (String name : names) {
      SafetensorsFile file = stored.get(name);
      if (file != null) {
        return new Place(file, name);
      }
    }
    throw new ModelFormatException(whole, "tensor " + tensor.name() + ": it is missing");
  }

  private static void checkShape(TensorSpec expected, Place place) {
    SafetensorsFile.Tensor found = place.file().tensor(place.name());
    List<Long> dimensions = expected.dimensions().stream().map(Integer::longValue).toList();
    if (!found.dimensions().equals(dimensions)) {
      throw new ModelFormatException(
          place.file().path(),
          "tensor "
              + place.name()
              + ": its shape is "
              + found.dimensions()
              + " where config.json asks for "
              + dimensions);
    }
    if (!List.of("F32", "F16", "BF16", "F64").contains(found.dtype())) {
      throw new ModelFormatException(
          place.file().path(),
          "tensor " + place.name() + ": dtype " + found.dtype() + " is not read as weights");
    }
  }
}
