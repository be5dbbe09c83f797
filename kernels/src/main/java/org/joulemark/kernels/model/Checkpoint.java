package org.joulemark.kernels.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.quant.definition.Int4Groups;

/**
 * The weights of a Hugging Face model folder: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} names. Every tensor that a pass needs has been found, with the
 * right shape, when the checkpoint is open; further ones are ignored. Linear parts may be stored as
 * INT4 codes in the layouts of GPTQ and AWQ, which {@code config.json} describes; their rows are
 * then what the codes stand for. Safe for concurrent use.
 */
public final class Checkpoint implements TensorSource {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String BLOOM_PREFIX = "transformer.";
  private static final String WEIGHT = ".weight";

  private final ModelShape shape;
  private final Map<String, StoredTensor> places;

  private Checkpoint(ModelShape shape, Map<String, StoredTensor> places) {
    this.shape = shape;
    this.places = places;
  }

  /** A tensor that is stored as numbers: where it lies, and under which name. */
  private record Place(SafetensorsFile file, String name) implements StoredTensor {
    @Override
    public void row(int row, float[] into) {
      file.readRow(name, row, into);
    }

    @Override
    public Optional<Int4Groups> codes(int row, int group) {
      return Optional.empty();
    }
  }

  /**
   * Opens a folder with a {@code config.json}.
   *
   * @throws ModelFormatException naming the file and the field or tensor that is missing, misshapen
   *     or broken
   */
  public static Checkpoint open(Path folder) {
    ModelShape shape = HuggingFaceConfig.read(folder);
    Optional<PackedFormat> packed = PackedFormat.read(folder);
    if (shape.family().equals("bloom")
        && packed.map(PackedFormat::packing).equals(Optional.of(PackedFormat.Packing.AWQ))) {
      throw new ModelFormatException(
          folder.resolve(HuggingFaceConfig.FILE_NAME),
          "field quantization_config: AWQ gives BLOOM's activation scales of its own, which are not"
              + " computed");
    }
    Map<String, SafetensorsFile> stored = storedTensors(folder);
    Path whole =
        Files.exists(folder.resolve(SINGLE)) ? folder.resolve(SINGLE) : folder.resolve(INDEX);
    Map<String, StoredTensor> places = new HashMap<>();
    for (TensorSpec tensor : ModelTensors.of(shape).all()) {
      places.put(tensor.name(), find(shape, stored, tensor, packed, whole));
    }
    return new Checkpoint(shape, places);
  }

  /** The folder's model. */
  public ModelShape shape() {
    return shape;
  }

  @Override
  public void row(TensorSpec tensor, int row, float[] into) {
    stored(tensor).row(row, into);
  }

  @Override
  public Optional<Int4Groups> codes(TensorSpec tensor, int row, int group) {
    return stored(tensor).codes(row, group);
  }

  private StoredTensor stored(TensorSpec tensor) {
    StoredTensor stored = places.get(tensor.name());
    if (stored == null) {
      throw new IllegalArgumentException(
          "the checkpoint of " + shape.id() + " has no tensor " + tensor.name());
    }
    return stored;
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

  private static StoredTensor find(
      ModelShape shape,
      Map<String, SafetensorsFile> stored,
      TensorSpec tensor,
      Optional<PackedFormat> packed,
      Path whole) {
    List<String> names =
        shape.family().equals("bloom")
            ? List.of(tensor.name(), BLOOM_PREFIX + tensor.name())
            : List.of(tensor.name());
    for (String name : names) {
      SafetensorsFile file = stored.get(name);
      if (file != null) {
        Place place = new Place(file, name);
        checkShape(tensor, place);
        return place;
      }
      String part =
          name.substring(0, name.length() - (name.endsWith(WEIGHT) ? WEIGHT.length() : 0));
      SafetensorsFile codes = stored.get(PackedMatrix.codesName(part));
      if (tensor.kind() == TensorKind.MATRIX && codes != null) {
        PackedFormat format =
            packed.orElseThrow(
                () ->
                    new ModelFormatException(
                        codes.path(),
                        "tensor "
                            + PackedMatrix.codesName(part)
                            + ": config.json has no quantization_config that tells its layout"));
        return PackedMatrix.of(format, tensor, part, stored, whole);
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
