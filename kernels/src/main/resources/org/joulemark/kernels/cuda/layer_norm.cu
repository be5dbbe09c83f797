// LayerNorm of rows: y = (x - mean) / sqrt(variance + epsilon) * weight + bias.
//
// x:            row r at x + r * pitch, columns numbers
// weight, bias: [columns]
// y:            [rows, columns]; may be x where pitch is columns
//
// One block a row, which it reads three times: the variance is summed around the mean. Source: Ba,
// Kiros, Hinton, "Layer Normalization", arXiv 1607.06450.
#include "element.cuh"
#include "reduce.cuh"

extern "C" __global__ void layer_norm(const Element* x, long long pitch, const Element* weight,
                                      const Element* bias, Element* y, int columns,
                                      float epsilon) {
  const Element* row = x + blockIdx.x * pitch;
  Element* out = y + (long long)blockIdx.x * columns;
  float sum = 0, squares = 0;
  if (columns % WIDTH == 0 && pitch % WIDTH == 0) {
    const int vectors = columns / WIDTH;
    for (int i = threadIdx.x; i < vectors; i += blockDim.x) {
      float v[WIDTH];
      unpack(load_vector(row + i * WIDTH), v);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) sum += v[j];
    }
    const float mean = block_sum(sum) / columns;
    for (int i = threadIdx.x; i < vectors; i += blockDim.x) {
      float v[WIDTH];
      unpack(load_vector(row + i * WIDTH), v);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) squares += (v[j] - mean) * (v[j] - mean);
    }
    const float scale = 1.0f / sqrtf(block_sum(squares) / columns + epsilon);
    for (int i = threadIdx.x; i < vectors; i += blockDim.x) {
      float v[WIDTH], w[WIDTH], b[WIDTH];
      unpack(load_vector(row + i * WIDTH), v);
      unpack(load_vector(weight + i * WIDTH), w);
      unpack(load_vector(bias + i * WIDTH), b);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) v[j] = (v[j] - mean) * scale * w[j] + b[j];
      store_vector(out + i * WIDTH, pack(v));
    }
  } else {
    for (int i = threadIdx.x; i < columns; i += blockDim.x) sum += to_float(row[i]);
    const float mean = block_sum(sum) / columns;
    for (int i = threadIdx.x; i < columns; i += blockDim.x) {
      const float v = to_float(row[i]) - mean;
      squares += v * v;
    }
    const float scale = 1.0f / sqrtf(block_sum(squares) / columns + epsilon);
    for (int i = threadIdx.x; i < columns; i += blockDim.x) {
      out[i] = to_element((to_float(row[i]) - mean) * scale * to_float(weight[i]) + to_float(bias[i]));
    }
  }
}
