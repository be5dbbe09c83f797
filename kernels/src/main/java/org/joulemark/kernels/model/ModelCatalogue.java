package org.joulemark.kernels.model;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The model shapes that this suite knows by name, read from {@code models.json}: a new model is one
 * entry there.
 */
public final class ModelCatalogue {
  private static final String RESOURCE = "models.json";
  private static final ModelCatalogue STANDARD = new ModelCatalogue(load());

  private final List<ModelShape> models;

  private ModelCatalogue(List<ModelShape> models) {
    this.models = models;
  }

  /** The catalogue that comes with the suite. */
  public static ModelCatalogue standard() {
    return STANDARD;
  }

  /** Every model, the study's six first. */
  public List<ModelShape> models() {
    return models;
  }

  /**
   * The model of that id.
   *
   * @throws IllegalArgumentException naming the valid ids
   */
  public ModelShape get(String id) {
    return models.stream()
        .filter(model -> model.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model=" + id + " is not known; choose from " + ids() + "."));
  }

  /** Every id, separated by commas. */
  public String ids() {
    return models.stream().map(ModelShape::id).collect(Collectors.joining(", "));
  }

  private static List<ModelShape> load() {
    try (InputStream in = ModelCatalogue.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from this jar");
      }
      return List.copyOf(
          new ObjectMapper()
              .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
              .readValue(in, new TypeReference<List<ModelShape>>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
  }
}
