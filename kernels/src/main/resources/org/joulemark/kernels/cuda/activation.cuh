// The activations between the feed-forward parts, in FP32 with the fast exponential: what comes out
// is rounded to a storage format.
#pragma once

// SwiGLU: silu(gate) * up, silu(v) = v / (1 + exp(-v)).
static __device__ __forceinline__ float gated_activation(float gate, float up) {
  return __fdividef(gate, 1.0f + __expf(-gate)) * up;
}

// GELU in BLOOM's tanh form: v / 2 * (1 + tanh(u)) = v * (1 - 1 / (1 + exp(2u))).
static __device__ __forceinline__ float gelu_activation(float v) {
  const float u = 0.79788456f * v * (1.0f + 0.044715f * v * v);
  return v * (1.0f - __fdividef(1.0f, 1.0f + __expf(fminf(2.0f * u, 80.0f))));
}
