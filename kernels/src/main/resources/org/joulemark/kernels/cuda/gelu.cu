// GELU in BLOOM's tanh form, in place: v / 2 * (1 + tanh(0.79788456 * v * (1 + 0.044715 * v^2))).
//
// x: [rows, inner]
//
// A row takes blocksPerRow blocks.
#include "element.cuh"

static __device__ __forceinline__ float activated(float v) {
  return 0.5f * v * (1.0f + tanhf(0.79788456f * v * (1.0f + 0.044715f * v * v)));
}

extern "C" __global__ void gelu(Element* x, int inner, int blocksPerRow) {
  const long long row = blockIdx.x / blocksPerRow;
  const int first = blockIdx.x % blocksPerRow * blockDim.x + threadIdx.x;
  const int step = blocksPerRow * blockDim.x;
  Element* at = x + row * inner;
  if (inner % WIDTH == 0) {
    for (int i = first; i < inner / WIDTH; i += step) {
      float v[WIDTH];
      unpack(load_vector(at + i * WIDTH), v);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) v[j] = activated(v[j]);
      store_vector(at + i * WIDTH, pack(v));
    }
  } else {
    for (int i = first; i < inner; i += step) at[i] = to_element(activated(to_float(at[i])));
  }
}
