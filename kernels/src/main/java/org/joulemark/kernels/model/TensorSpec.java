package org.joulemark.kernels.model;

import java.util.List;

/**
 * One tensor by name and size, without its numbers.
 *
 * @param name Hugging Face's name, from the model's root or from a layer's
 * @param kind what it is for
 * @param rows number of rows; 1 for a vector
 * @param columns numbers in a row
 */
public record TensorSpec(String name, TensorKind kind, int rows, int columns) {

  /** Checks that the sizes are positive. */
  public TensorSpec {
    if (rows <= 0 || columns <= 0) {
      throw new IllegalArgumentException("tensor " + name + ": every size must be positive");
    }
  }

  /** A weight matrix [rows, columns]. */
  public static TensorSpec matrix(String name, int rows, int columns) {
    return new TensorSpec(name, TensorKind.MATRIX, rows, columns);
  }

  /** The weight [columns] of a norm. */
  public static TensorSpec normWeight(String name, int columns) {
    return new TensorSpec(name, TensorKind.NORM_WEIGHT, 1, columns);
  }

  /** A bias [columns]. */
  public static TensorSpec bias(String name, int columns) {
    return new TensorSpec(name, TensorKind.BIAS, 1, columns);
  }

  /** Activations [rows, columns], one row a token. */
  public static TensorSpec input(String name, int rows, int columns) {
    return new TensorSpec(name, TensorKind.INPUT, rows, columns);
  }

  /** Keys or values [rows, columns], one row a position of one head. */
  public static TensorSpec cache(String name, int rows, int columns) {
    return new TensorSpec(name, TensorKind.CACHE, rows, columns);
  }

  /** The dimensions as a checkpoint writes them: a vector has one. */
  public List<Integer> dimensions() {
    return switch (kind) {
      case MATRIX, INPUT, CACHE -> List.of(rows, columns);
      case NORM_WEIGHT, BIAS -> List.of(columns);
    };
  }

  /** Number of elements. */
  public long elements() {
    return (long) rows * columns;
  }
}
