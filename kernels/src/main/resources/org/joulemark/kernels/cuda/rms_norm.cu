// RMSNorm of rows: y = x / sqrt(mean(x^2) + epsilon) * weight.
//
// x:      row r at x + r * pitch, columns numbers
// weight: [columns]
// y:      [rows, columns]; may be x where pitch is columns
//
// One block a row. Source: Zhang, Sennrich, "Root Mean Square Layer Normalization",
// arXiv 1910.07467.
#include "element.cuh"
#include "reduce.cuh"

extern "C" __global__ void rms_norm(const Element* x, long long pitch, const Element* weight,
                                    Element* y, int columns, float epsilon) {
  const Element* row = x + blockIdx.x * pitch;
  Element* out = y + (long long)blockIdx.x * columns;
  float squares = 0;
  if (columns % WIDTH == 0 && pitch % WIDTH == 0) {
    for (int i = threadIdx.x; i < columns / WIDTH; i += blockDim.x) {
      float v[WIDTH];
      unpack(load_vector(row + i * WIDTH), v);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) squares += v[j] * v[j];
    }
    const float scale = 1.0f / sqrtf(block_sum(squares) / columns + epsilon);
    for (int i = threadIdx.x; i < columns / WIDTH; i += blockDim.x) {
      float v[WIDTH], w[WIDTH];
      unpack(load_vector(row + i * WIDTH), v);
      unpack(load_vector(weight + i * WIDTH), w);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) v[j] = v[j] * scale * w[j];
      store_vector(out + i * WIDTH, pack(v));
    }
  } else {
    for (int i = threadIdx.x; i < columns; i += blockDim.x) {
      const float v = to_float(row[i]);
      squares += v * v;
    }
    const float scale = 1.0f / sqrtf(block_sum(squares) / columns + epsilon);
    for (int i = threadIdx.x; i < columns; i += blockDim.x) {
      out[i] = to_element(to_float(row[i]) * scale * to_float(weight[i]));
    }
  }
}
