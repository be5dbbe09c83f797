// The index of the largest number of each row, the first of equals: greedy decoding.
//
// logits: [rows, columns], columns at least 1
// tokens: [rows]
//
// One block of 1024 threads a row.
#include "element.cuh"

#define WARPS 32

static __device__ __forceinline__ void keep_larger(float& value, int& index, float otherValue,
                                                   int otherIndex) {
  if (otherValue > value || (otherValue == value && otherIndex < index)) {
    value = otherValue;
    index = otherIndex;
  }
}

static __device__ __forceinline__ void warp_largest(float& value, int& index) {
#pragma unroll
  for (int lane = 16; lane > 0; lane /= 2) {
    const float otherValue = __shfl_xor_sync(0xffffffffu, value, lane);
    const int otherIndex = __shfl_xor_sync(0xffffffffu, index, lane);
    keep_larger(value, index, otherValue, otherIndex);
  }
}

extern "C" __launch_bounds__(1024) __global__ void argmax(const Element* logits, int columns, int* tokens) {
  __shared__ float values[WARPS];
  __shared__ int indices[WARPS];
  const Element* row = logits + (long long)blockIdx.x * columns;
  // Every thread starts with a number of the row, so the result is always an index of it.
  float value = to_float(row[0]);
  int index = 0;
  if (columns % WIDTH == 0) {
    for (int i = threadIdx.x; i < columns / WIDTH; i += blockDim.x) {
      float v[WIDTH];
      unpack(load_vector(row + i * WIDTH), v);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) keep_larger(value, index, v[j], i * WIDTH + j);
    }
  } else {
    for (int i = threadIdx.x; i < columns; i += blockDim.x) {
      keep_larger(value, index, to_float(row[i]), i);
    }
  }
  warp_largest(value, index);
  if (threadIdx.x % 32 == 0) {
    values[threadIdx.x / 32] = value;
    indices[threadIdx.x / 32] = index;
  }
  __syncthreads();
  if (threadIdx.x < 32) {
    value = values[threadIdx.x];
    index = indices[threadIdx.x];
    warp_largest(value, index);
    if (threadIdx.x == 0) tokens[blockIdx.x] = index;
  }
}
