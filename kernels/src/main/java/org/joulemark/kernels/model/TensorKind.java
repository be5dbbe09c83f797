package org.joulemark.kernels.model;

/** What a tensor is for, which is what made-up numbers for it depend on. */
public enum TensorKind {
  /** Weight of a linear part, an embedding or a head: one row an output feature or a token. */
  MATRIX,
  /** Weight of a norm. */
  NORM_WEIGHT,
  /** Bias of a linear part or a norm. */
  BIAS,
  /** Activations that a layer is given: one row a token. */
  INPUT,
  /** Keys or values that a cache is filled with: one row a position of one head. */
  CACHE
}
