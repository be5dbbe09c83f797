// Sums of products of codes to numbers in the storage format, with what follows a product:
// y = s_x[m] * s_w[n] * (acc - z_x[m] * sums[n]) + bias[n] + residual, rounded once.
//
// acc:        [rows, pitch], INT32 or FP32
// rowScales:  [rows], s_x; null where it is fixedScale for all; zeros: [rows], null where fixedZero
// columnScales, sums, bias: [columns]; sums null for symmetric codes, bias null for none
// residual:   [rows, columns], null for none; may be y
// y:          [rows, columns]
//
// A row takes blocksPerRow blocks.
#include "dequantize.cuh"

template <class Sum>
static __device__ __forceinline__ void dequantize(const Sum* acc, int pitch, const float* rowScales,
                                                  float fixedScale, const int* zeros, int fixedZero,
                                                  const float* columnScales, const int* sums,
                                                  const Element* bias, const Element* residual,
                                                  Element* y, int columns, int blocksPerRow) {
  const long long row = blockIdx.x / blocksPerRow;
  const Columns scaling = {columnScales, sums, bias};
  const float scale = rowScales ? rowScales[row] : fixedScale;
  const int zero = zeros ? zeros[row] : fixedZero;
  const int first = blockIdx.x % blocksPerRow * blockDim.x + threadIdx.x;
  for (int i = first; i * WIDTH < columns; i += blocksPerRow * blockDim.x) {
    const int column = i * WIDTH, left = columns - column;
    const long long at = row * columns + column;
    float v[WIDTH];
    dequantized(acc + row * pitch + column, pitch % 4 == 0, left, column, scaling, scale, zero, v);
    if (columns % WIDTH == 0) {
      if (residual) {
        float r[WIDTH];
        unpack(load_vector(residual + at), r);
#pragma unroll
        for (int j = 0; j < WIDTH; j++) v[j] += r[j];
      }
      store_vector(y + at, pack(v));
    } else {
#pragma unroll
      for (int j = 0; j < WIDTH; j++) {
        if (j < left) y[at + j] = to_element(v[j] + (residual ? to_float(residual[at + j]) : 0));
      }
    }
  }
}

extern "C" __global__ void dequantize_int32(const int* acc, int pitch, const float* rowScales,
                                            float fixedScale, const int* zeros, int fixedZero,
                                            const float* columnScales, const int* sums,
                                            const Element* bias, const Element* residual,
                                            Element* y, int columns, int blocksPerRow) {
  dequantize(acc, pitch, rowScales, fixedScale, zeros, fixedZero, columnScales, sums, bias,
             residual, y, columns, blocksPerRow);
}

extern "C" __global__ void dequantize_fp32(const float* acc, int pitch, const float* rowScales,
                                           float fixedScale, const int* zeros, int fixedZero,
                                           const float* columnScales, const int* sums,
                                           const Element* bias, const Element* residual, Element* y,
                                           int columns, int blocksPerRow) {
  dequantize(acc, pitch, rowScales, fixedScale, zeros, fixedZero, columnScales, sums, bias,
             residual, y, columns, blocksPerRow);
}
