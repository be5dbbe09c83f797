// Rows of numbers to 8-bit codes; codes.cuh has the arithmetic.
//
// x:      [rows, columns]
// codes:  [rows, pitch], what stands for 0 beyond the columns
// scales: [rows], written where fixedScale is 0; zeros: [rows], of asymmetric codes
// nans:   counts NaN
//
// One block a row, which it reads once.
#include "codes.cuh"

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
