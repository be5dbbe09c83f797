// Rows of numbers to 8-bit codes; codes.cuh has the arithmetic.
//
// x:      [rows, columns]
// codes:  [rows, pitch], what stands for 0 beyond the columns
// scales: [rows], written where fixedScale is 0; zeros: [rows], of asymmetric codes
// nans:   counts NaN
//
// One block a row, which it reads once.
#include "codes.cuh"
#include "outliers.cuh"

struct Load {
  const Element* row;
  int columns;
  __device__ __forceinline__ Vector operator()(int i) const { return load_row(row, i, columns); }
};

template <int FORMAT>
static __device__ __forceinline__ void quantize(const Element* x, int columns, int pitch,
                                                unsigned char* codes, float fixedScale,
                                                int fixedZero, float* scales, int* zeros,
                                                int* nans) {
  const long long row = blockIdx.x;
  const Load load = {x + row * columns, columns};
  quantize_row<FORMAT>(load, pitch, codes + row * pitch, fixedScale, fixedZero, scales + row,
                       zeros + row, nans);
}

extern "C" __launch_bounds__(512) __global__ void quantize_rows_sym(
    const Element* x, int columns, int pitch, unsigned char* codes, float fixedScale, int fixedZero,
    float* scales, int* zeros, int* nans) {
  quantize<SYMMETRIC>(x, columns, pitch, codes, fixedScale, fixedZero, scales, zeros, nans);
}

extern "C" __launch_bounds__(512) __global__ void quantize_rows_asym(
    const Element* x, int columns, int pitch, unsigned char* codes, float fixedScale, int fixedZero,
    float* scales, int* zeros, int* nans) {
  quantize<ASYMMETRIC>(x, columns, pitch, codes, fixedScale, fixedZero, scales, zeros, nans);
}

extern "C" __launch_bounds__(512) __global__ void quantize_rows_fp8(
    const Element* x, int columns, int pitch, unsigned char* codes, float fixedScale, int fixedZero,
    float* scales, int* zeros, int* nans) {
#if __CUDA_ARCH__ >= 890
  quantize<E4M3>(x, columns, pitch, codes, fixedScale, fixedZero, scales, zeros, nans);
#endif
}

// A row with zeros where a column is marked.
struct LoadUnmarked {
  Load load;
  const unsigned* marks;
  __device__ __forceinline__ Vector operator()(int i) const {
    const Vector vector = load(i);
    const unsigned mark = marks[i];
    if (mark == 0) return vector;
    float v[WIDTH];
    unpack(vector, v);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) v[j] = mark >> j & 1 ? 0.0f : v[j];
    return pack(v);
  }
};

// Codes as if the outlier columns held zeros; these go to gathered, see outliers.cu.
extern "C" __launch_bounds__(512) __global__ void quantize_rows_separated_sym(
    const Element* x, int columns, int pitch, unsigned char* codes, float* scales, int* nans,
    const unsigned* marks, const Outliers* outliers, Element* gathered) {
  const long long row = blockIdx.x;
  const LoadUnmarked load = {{x + row * columns, columns}, marks};
  quantize_row<SYMMETRIC>(load, pitch, codes + row * pitch, 0.0f, 0, scales + row, (int*)0, nans);
  const int count = outliers->count;
  for (int c = threadIdx.x; c < MOST; c += blockDim.x) {
    const float v = c < count ? to_float(x[row * columns + outliers->column[c]]) : 0.0f;
    if (v != v) atomicAdd(nans, 1);
    gathered[row * MOST + c] = to_element(v);
  }
}
