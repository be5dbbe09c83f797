package org.joulemark.kernels.layer;

import java.util.Arrays;
import java.util.List;
import org.joulemark.kernels.model.SafetensorsFile;

/**
 * A named array of numbers on the host, row-major. The array is shared, not copied: whoever makes
 * one hands it over.
 */
public final class HostTensor {
  private final String name;
  private final List<Integer> dimensions;
  private final float[] values;

  /**
   * Over {@code values}.
   *
   * @throws IllegalArgumentException if the dimensions do not multiply to the array's length
   */
  public HostTensor(String name, List<Integer> dimensions, float[] values) {
    long elements = 1;
    for (int dimension : dimensions) {
      elements *= dimension;
    }
    if (elements != values.length) {
      throw new IllegalArgumentException(
          "tensor " + name + " " + dimensions + " does not have " + values.length + " numbers");
    }
    this.name = name;
    this.dimensions = List.copyOf(dimensions);
    this.values = values;
  }

  /**
   * A tensor of a file.
   *
   * @throws org.joulemark.kernels.model.ModelFormatException if the file has no such tensor, or it
   *     does not hold floating-point numbers or is too large for an array
   */
  public static HostTensor read(SafetensorsFile file, String name) {
    float[] values = file.floats(name);
    return new HostTensor(
        name, file.tensor(name).dimensions().stream().map(Math::toIntExact).toList(), values);
  }

  /** What it holds, such as {@code logits}. */
  public String name() {
    return name;
  }

  /** Sizes, outermost first. */
  public List<Integer> dimensions() {
    return dimensions;
  }

  /** The numbers themselves. */
  public float[] values() {
    return values;
  }

  /** Numbers in the innermost dimension. */
  public int columns() {
    return dimensions.get(dimensions.size() - 1);
  }

  /** Row {@code row} of all dimensions but the innermost taken together, a copy. */
  public float[] row(int row) {
    return Arrays.copyOfRange(values, row * columns(), (row + 1) * columns());
  }

  @Override
  public String toString() {
    return name + dimensions;
  }
}
