// RMSNorm or LayerNorm of rows as rms_norm.cu and layer_norm.cu have them, and its result, rounded
// to the storage format, as 8-bit codes as codes.cuh has them.
//
// x:            [rows, columns]
// weight, bias: [columns]; LayerNorm where bias is not null
// codes:        [rows, pitch], what stands for 0 beyond the columns
// scales:       [rows], written where fixedScale is 0; zeros: [rows], of asymmetric codes
// nans:         counts NaN
//
// One block a row.
#include "codes.cuh"

// (x - mean) * scale * weight + bias, rounded.
struct Normed {
  const Element *row, *weight, *bias;
  int columns;
  float mean, scale;
  __device__ __forceinline__ Vector operator()(int i) const {
    float v[WIDTH], w[WIDTH];
    unpack(load_row(row, i, columns), v);
    unpack(load_row(weight, i, columns), w);
    if (bias) {
      float b[WIDTH];
      unpack(load_row(bias, i, columns), b);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) v[j] = (v[j] - mean) * scale * w[j] + b[j];
    } else {
#pragma unroll
      for (int j = 0; j < WIDTH; j++) v[j] = v[j] * scale * w[j];
    }
    return pack(v);
  }
};

// The sum of x, or where SQUARES of (x - around)^2, over a row.
template <bool SQUARES>
static __device__ __forceinline__ float row_sum(const Element* row, int columns, float around) {
  float sum = 0;
  for (int i = threadIdx.x; i * WIDTH < columns; i += blockDim.x) {
    float v[WIDTH];
    unpack(load_row(row, i, columns), v);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) {
      if (i * WIDTH + j < columns) sum += SQUARES ? (v[j] - around) * (v[j] - around) : v[j];
    }
  }
  return block_sum(sum);
}

template <int FORMAT>
static __device__ __forceinline__ void norm(const Element* x, const Element* weight,
                                            const Element* bias, int columns, float epsilon,
                                            int pitch, unsigned char* codes, float fixedScale,
                                            int fixedZero, float* scales, int* zeros, int* nans) {
  const long long row = blockIdx.x;
  const Element* from = x + row * columns;
  const float mean = bias ? row_sum<false>(from, columns, 0) / columns : 0;
  const float scale = 1.0f / sqrtf(row_sum<true>(from, columns, mean) / columns + epsilon);
  const Normed normed = {from, weight, bias, columns, mean, scale};
  quantize_row<FORMAT>(normed, pitch, codes + row * pitch, fixedScale, fixedZero, scales + row,
                       zeros + row, nans);
}

extern "C" __launch_bounds__(512) __global__ void norm_quantize_sym(
    const Element* x, const Element* weight, const Element* bias, int columns, float epsilon,
    int pitch, unsigned char* codes, float fixedScale, int fixedZero, float* scales, int* zeros,
    int* nans) {
  norm<SYMMETRIC>(x, weight, bias, columns, epsilon, pitch, codes, fixedScale, fixedZero, scales,
                  zeros, nans);
}

extern "C" __launch_bounds__(512) __global__ void norm_quantize_asym(
    const Element* x, const Element* weight, const Element* bias, int columns, float epsilon,
    int pitch, unsigned char* codes, float fixedScale, int fixedZero, float* scales, int* zeros,
    int* nans) {
  norm<ASYMMETRIC>(x, weight, bias, columns, epsilon, pitch, codes, fixedScale, fixedZero, scales,
                   zeros, nans);
}

extern "C" __launch_bounds__(512) __global__ void norm_quantize_fp8(
    const Element* x, const Element* weight, const Element* bias, int columns, float epsilon,
    int pitch, unsigned char* codes, float fixedScale, int fixedZero, float* scales, int* zeros,
    int* nans) {
#if __CUDA_ARCH__ >= 890
  norm<E4M3>(x, weight, bias, columns, epsilon, pitch, codes, fixedScale, fixedZero, scales, zeros,
             nans);
#endif
}
