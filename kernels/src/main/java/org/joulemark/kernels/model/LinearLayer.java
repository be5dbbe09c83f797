package org.joulemark.kernels.model;

/**
 * One linear part of a decoder layer, a weight matrix W[N, K] applied as Y[M, N] = X[M, K] · Wᵀ.
 *
 * @param name what the part is called in shape names: {@code qkv}, {@code o}, {@code gate_up},
 *     {@code up}, {@code down}
 * @param outFeatures N, rows of the weight
 * @param inFeatures K, columns of the weight
 */
public record LinearLayer(String name, int outFeatures, int inFeatures) {}
