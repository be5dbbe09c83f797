// y = silu(gate) * up, silu(v) = v / (1 + exp(-v)).
//
// gateUp: [rows, 2 * inner]: gate, then up
// y:      [rows, inner]
//
// A row takes blocksPerRow blocks. Source: Shazeer, "GLU Variants Improve Transformer", arXiv
// 2002.05202.
#include "element.cuh"

static __device__ __forceinline__ float gated(float gate, float up) {
  return gate / (1.0f + expf(-gate)) * up;
}

extern "C" __global__ void swiglu(const Element* gateUp, Element* y, int inner,
                                  int blocksPerRow) {
  const long long row = blockIdx.x / blocksPerRow;
  const int first = blockIdx.x % blocksPerRow * blockDim.x + threadIdx.x;
  const int step = blocksPerRow * blockDim.x;
  const Element* gate = gateUp + row * 2 * inner;
  const Element* up = gate + inner;
  Element* out = y + row * inner;
  if (inner % WIDTH == 0) {
    for (int i = first; i < inner / WIDTH; i += step) {
      float g[WIDTH], u[WIDTH];
      unpack(load_vector(gate + i * WIDTH), g);
      unpack(load_vector(up + i * WIDTH), u);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) g[j] = gated(g[j], u[j]);
      store_vector(out + i * WIDTH, pack(g));
    }
  } else {
    for (int i = first; i < inner; i += step) {
      out[i] = to_element(gated(to_float(gate[i]), to_float(up[i])));
    }
  }
}
