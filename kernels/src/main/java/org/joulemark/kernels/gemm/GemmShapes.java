package org.joulemark.kernels.gemm;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.joulemark.kernels.model.LinearLayer;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;

/**
 * GEMM shapes by name: {@code square-<n>}, and {@code <model>/<layer>} for the linear layers of
 * every model in the catalogue. The number of tokens is M.
 */
public final class GemmShapes {
  /** The value of {@code tokens} that stands for a shape's own M. */
  public static final String AUTO_TOKENS = "auto";

  /** M of a model's layer where the user names none: a prompt of 2048 tokens. */
  public static final int DEFAULT_LAYER_TOKENS = 2048;

  /** The largest side of a square that is accepted, and the largest number of tokens. */
  public static final int MAX_SIZE = 1 << 20;

  private static final Pattern SQUARE = Pattern.compile("square-([1-9][0-9]{0,6})");
  private static final int[] LISTED_SQUARES = {256, 512, 1024, 2048, 4096, 8192, 16384};

  private final ModelCatalogue models;

  /** Over the models of {@code models}. */
  public GemmShapes(ModelCatalogue models) {
    this.models = models;
  }

  /**
   * The shape of that name.
   *
   * @param name {@code square-<n>} or {@code <model>/<layer>}
   * @param tokens M, or {@code auto}: n for a square, {@value #DEFAULT_LAYER_TOKENS} for a layer
   * @param batch independent products
   * @throws IllegalArgumentException with one sentence that names the valid choices
   */
  public GemmShape resolve(String name, String tokens, int batch) {
    Matcher square = SQUARE.matcher(name);
    if (square.matches()) {
      int n = Integer.parseInt(square.group(1));
      if (n > MAX_SIZE) {
        throw new IllegalArgumentException(
            "shape=" + name + " is too large; a square has at most " + MAX_SIZE + " rows.");
      }
      return new GemmShape(name, batch, parseTokens(tokens, n), n, n);
    }
    int slash = name.indexOf('/');
    if (slash > 0) {
      String layerName = name.substring(slash + 1);
      for (ModelShape model : models.models()) {
        if (model.id().equals(name.substring(0, slash))) {
          LinearLayer layer =
              model.linearLayer(layerName).orElseThrow(() -> unknownLayer(name, model));
          return new GemmShape(
              name,
              batch,
              parseTokens(tokens, DEFAULT_LAYER_TOKENS),
              layer.outFeatures(),
              layer.inFeatures());
        }
      }
    }
    throw new IllegalArgumentException(
        "shape="
            + name
            + " is not known; choose square-<n> (such as square-1024) or <model>/<layer> (such as"
            + " qwen2.5-7b/gate_up) with <model> one of "
            + models.ids()
            + "; the command `shapes` lists them all.");
  }

  /**
   * Every shape with a name of its own: usual squares, then every model's layers, with their
   * default M.
   */
  public List<GemmShape> list(String tokens) {
    List<GemmShape> shapes = new ArrayList<>();
    for (int n : LISTED_SQUARES) {
      shapes.add(resolve("square-" + n, tokens, 1));
    }
    for (ModelShape model : models.models()) {
      for (LinearLayer layer : model.linearLayers()) {
        shapes.add(resolve(model.id() + "/" + layer.name(), tokens, 1));
      }
    }
    return shapes;
  }

  private static int parseTokens(String tokens, int auto) {
    if (tokens.equals(AUTO_TOKENS)) {
      return auto;
    }
    try {
      int value = Integer.parseInt(tokens);
      if (value >= 1 && value <= MAX_SIZE) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below, together with numbers that are out of range.
    }
    throw new IllegalArgumentException(
        "tokens="
            + tokens
            + " is not valid; give a whole number from 1 to "
            + MAX_SIZE
            + ", or auto for the shape's own.");
  }

  private static IllegalArgumentException unknownLayer(String name, ModelShape model) {
    return new IllegalArgumentException(
        "shape="
            + name
            + " is not known; the linear layers of "
            + model.id()
            + " are "
            + String.join(", ", model.linearLayers().stream().map(LinearLayer::name).toList())
            + ".");
  }
}
