// Sums of products of codes to numbers: y = s_x * s_w[n] * (acc - z_x * sums[n]) + bias[n].
#pragma once
#include "element.cuh"

// How the columns of a product are scaled.
//
// scales: [columns], s_w; sums: [columns], of the weights' codes, null for symmetric activations
// bias:   [columns], null for none
struct Columns {
  const float* scales;
  const int* sums;
  const Element* bias;
};

// WIDTH sums of products, acc being aligned to 16 bytes where aligned.
static __device__ __forceinline__ void load_sums(const int* acc, bool aligned, int left, int* sums) {
#pragma unroll
  for (int w = 0; w < WIDTH / 4; w++) {
    if (aligned && left >= WIDTH) {
      const Streamed four = load_streamed(acc + 4 * w);
#pragma unroll
      for (int j = 0; j < 4; j++) sums[4 * w + j] = (int)four.word[j];
    } else {
#pragma unroll
      for (int j = 0; j < 4; j++) sums[4 * w + j] = 4 * w + j < left ? acc[4 * w + j] : 0;
    }
  }
}

static __device__ __forceinline__ void load_sums(const float* acc, bool aligned, int left,
                                                 float* sums) {
#pragma unroll
  for (int w = 0; w < WIDTH / 4; w++) {
    if (aligned && left >= WIDTH) {
      const Streamed four = load_streamed(acc + 4 * w);
#pragma unroll
      for (int j = 0; j < 4; j++) sums[4 * w + j] = __uint_as_float(four.word[j]);
    } else {
#pragma unroll
      for (int j = 0; j < 4; j++) sums[4 * w + j] = 4 * w + j < left ? acc[4 * w + j] : 0;
    }
  }
}

static __device__ __forceinline__ int corrected(int sum, int zero, int columnSum) {
  return sum - zero * columnSum;
}

// FP8 has no zero points.
static __device__ __forceinline__ float corrected(float sum, int, int) { return sum; }

struct __align__(16) Four {
  float value[4];
};

// WIDTH numbers y from acc, which is at the row's column; left columns remain there.
template <class Sum>
static __device__ __forceinline__ void dequantized(const Sum* acc, bool aligned, int left,
                                                   int column, const Columns& columns, float scale,
                                                   int zero, float* y) {
  Sum sums[WIDTH];
  load_sums(acc, aligned, left, sums);
  const bool whole = aligned && left >= WIDTH;
  float s[WIDTH];
#pragma unroll
  for (int w = 0; w < WIDTH / 4; w++) {
    if (whole) {
      const Four four = *(const Four*)(columns.scales + column + 4 * w);
#pragma unroll
      for (int j = 0; j < 4; j++) s[4 * w + j] = four.value[j];
    } else {
#pragma unroll
      for (int j = 0; j < 4; j++) s[4 * w + j] = 4 * w + j < left ? columns.scales[column + 4 * w + j] : 0;
    }
  }
#pragma unroll
  for (int j = 0; j < WIDTH; j++) {
    const bool there = whole || j < left;
    const int columnSum = columns.sums && there ? columns.sums[column + j] : 0;
    y[j] = (float)corrected(sums[j], zero, columnSum) * scale * s[j];
  }
  if (columns.bias) {
    if (whole && column % WIDTH == 0) {
      float b[WIDTH];
      unpack(load_vector(columns.bias + column), b);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) y[j] += b[j];
    } else {
#pragma unroll
      for (int j = 0; j < WIDTH; j++) {
        if (j < left) y[j] += to_float(columns.bias[column + j]);
      }
    }
  }
}
