// The activation between the feed-forward parts, from sums of products of codes to codes: gate and
// up (or up alone) are scaled back as dequantize.cuh has it and rounded to the storage format, then
// activated as activation.cuh has it and rounded again, then quantized as codes.cuh has it.
//
// acc:       [rows, accPitch]: gate [inner], then up [inner]; or up alone. INT32, FP32, or, as
//            "rows", numbers in the storage format that need no scaling
// rowScales: [rows], s_x; null where it is fixedScale for all; zeros: [rows], null where fixedZero
// columnScales, sums, bias: of acc's columns; sums null for symmetric codes, bias null for none
// codes:     [rows, pitch], what stands for 0 beyond inner
// outScale, outZero: of the codes; outScale 0 where a row's own is found and written to
// outScales, outZeros: [rows]
// nans:      counts NaN
//
// One block a row, which it reads once: what is activated stays in registers until the row's scale
// is known.
// So that two blocks of 512 threads share a multiprocessor.
#define KEPT 6
#include "activation.cuh"
#include "codes.cuh"
#include "dequantize.cuh"

#define SWIGLU 0
#define GELU 1

template <int ACTIVATION, class Sum>
struct Activated {
  const Sum* row;
  Columns columns;
  float scale;
  int zero, inner;
  bool aligned;

  __device__ __forceinline__ void load(int first, int i, float* v) const {
    dequantized(row + first + i * WIDTH, aligned, inner - i * WIDTH, first + i * WIDTH, columns,
                scale, zero, v);
  }

  __device__ __forceinline__ Vector operator()(int i) const {
    if (i * WIDTH >= inner) {
      const Vector zeros = {{0, 0, 0, 0}};
      return zeros;
    }
    float v[WIDTH];
    load(0, i, v);
    // As it would be if it had been stored between the two.
    unpack(pack(v), v);
    if (ACTIVATION == SWIGLU) {
      float up[WIDTH];
      load(inner, i, up);
      unpack(pack(up), up);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) v[j] = gated_activation(v[j], up[j]);
    } else {
#pragma unroll
      for (int j = 0; j < WIDTH; j++) v[j] = gelu_activation(v[j]);
    }
    return pack(v);
  }
};

// Of numbers in the storage format.
template <int ACTIVATION>
struct ActivatedRow {
  const Element* row;
  int inner;

  __device__ __forceinline__ Vector operator()(int i) const {
    float v[WIDTH];
    unpack(load_row(row, i, inner), v);
    if (ACTIVATION == SWIGLU) {
      float up[WIDTH];
      unpack(load_row(row + inner, i, inner), up);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) v[j] = gated_activation(v[j], up[j]);
    } else {
#pragma unroll
      for (int j = 0; j < WIDTH; j++) v[j] = gelu_activation(v[j]);
    }
    return pack(v);
  }
};

template <int FORMAT, int ACTIVATION, class Sum>
static __device__ __forceinline__ void activate(const Sum* acc, int accPitch,
                                                const float* rowScales, float fixedScale,
                                                const int* zeros, int fixedZero,
                                                const float* columnScales, const int* sums,
                                                const Element* bias, int inner, int pitch,
                                                unsigned char* codes, float outScale, int outZero,
                                                float* outScales, int* outZeros, int* nans) {
  const long long row = blockIdx.x;
  const Activated<ACTIVATION, Sum> activated = {acc + row * accPitch,
                                                {columnScales, sums, bias},
                                                rowScales ? rowScales[row] : fixedScale,
                                                zeros ? zeros[row] : fixedZero,
                                                inner,
                                                accPitch % 4 == 0 && inner % 4 == 0};
  quantize_row<FORMAT>(activated, pitch, codes + row * pitch, outScale, outZero, outScales + row,
                       outZeros + row, nans);
}

extern "C" __launch_bounds__(512, 2) __global__ void swiglu_int32_sym(
    const int* acc, int accPitch, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const float* columnScales, const int* sums, const Element* bias, int inner,
    int pitch, unsigned char* codes, float outScale, int outZero, float* outScales, int* outZeros,
    int* nans) {
  activate<SYMMETRIC, SWIGLU>(acc, accPitch, rowScales, fixedScale, zeros, fixedZero, columnScales,
                              (const int*)0, bias, inner, pitch, codes, outScale, outZero,
                              outScales, outZeros, nans);
}

extern "C" __launch_bounds__(512, 2) __global__ void swiglu_int32_asym(
    const int* acc, int accPitch, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const float* columnScales, const int* sums, const Element* bias, int inner,
    int pitch, unsigned char* codes, float outScale, int outZero, float* outScales, int* outZeros,
    int* nans) {
  activate<ASYMMETRIC, SWIGLU>(acc, accPitch, rowScales, fixedScale, zeros, fixedZero, columnScales,
                               sums, bias, inner, pitch, codes, outScale, outZero, outScales,
                               outZeros, nans);
}

extern "C" __launch_bounds__(512, 2) __global__ void swiglu_fp32_fp8(
    const float* acc, int accPitch, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const float* columnScales, const int* sums, const Element* bias, int inner,
    int pitch, unsigned char* codes, float outScale, int outZero, float* outScales, int* outZeros,
    int* nans) {
#if __CUDA_ARCH__ >= 890
  activate<E4M3, SWIGLU>(acc, accPitch, rowScales, fixedScale, zeros, fixedZero, columnScales,
                         (const int*)0, bias, inner, pitch, codes, outScale, outZero, outScales,
                         outZeros, nans);
#endif
}

extern "C" __launch_bounds__(512, 2) __global__ void gelu_int32_sym(
    const int* acc, int accPitch, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const float* columnScales, const int* sums, const Element* bias, int inner,
    int pitch, unsigned char* codes, float outScale, int outZero, float* outScales, int* outZeros,
    int* nans) {
  activate<SYMMETRIC, GELU>(acc, accPitch, rowScales, fixedScale, zeros, fixedZero, columnScales,
                            (const int*)0, bias, inner, pitch, codes, outScale, outZero, outScales,
                            outZeros, nans);
}

extern "C" __launch_bounds__(512, 2) __global__ void gelu_int32_asym(
    const int* acc, int accPitch, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const float* columnScales, const int* sums, const Element* bias, int inner,
    int pitch, unsigned char* codes, float outScale, int outZero, float* outScales, int* outZeros,
    int* nans) {
  activate<ASYMMETRIC, GELU>(acc, accPitch, rowScales, fixedScale, zeros, fixedZero, columnScales,
                             sums, bias, inner, pitch, codes, outScale, outZero, outScales, outZeros,
                             nans);
}

extern "C" __launch_bounds__(512, 2) __global__ void gelu_fp32_fp8(
    const float* acc, int accPitch, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const float* columnScales, const int* sums, const Element* bias, int inner,
    int pitch, unsigned char* codes, float outScale, int outZero, float* outScales, int* outZeros,
    int* nans) {
#if __CUDA_ARCH__ >= 890
  activate<E4M3, GELU>(acc, accPitch, rowScales, fixedScale, zeros, fixedZero, columnScales,
                       (const int*)0, bias, inner, pitch, codes, outScale, outZero, outScales,
                       outZeros, nans);
#endif
}

extern "C" __launch_bounds__(512, 2) __global__ void swiglu_rows_fp8(
    const Element* x, int xPitch, int inner, int pitch, unsigned char* codes, float outScale,
    int outZero, float* outScales, int* outZeros, int* nans) {
#if __CUDA_ARCH__ >= 890
  const long long row = blockIdx.x;
  const ActivatedRow<SWIGLU> activated = {x + row * xPitch, inner};
  quantize_row<E4M3>(activated, pitch, codes + row * pitch, outScale, outZero, outScales + row,
                     outZeros + row, nans);
#endif
}

extern "C" __launch_bounds__(512, 2) __global__ void gelu_rows_fp8(
    const Element* x, int xPitch, int inner, int pitch, unsigned char* codes, float outScale,
    int outZero, float* outScales, int* outZeros, int* nans) {
#if __CUDA_ARCH__ >= 890
  const long long row = blockIdx.x;
  const ActivatedRow<GELU> activated = {x + row * xPitch, inner};
  quantize_row<E4M3>(activated, pitch, codes + row * pitch, outScale, outZero, outScales + row,
                     outZeros + row, nans);
#endif
}
