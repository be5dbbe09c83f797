// A linear part of quantized activations and weights for a few rows, as decoding has them, with
// everything that follows: y = s_x[m] * s_w[n] * (x * w - z_x[m] * sums[n]) + bias[n], activated,
// + residual, rounded once (gate and up are rounded before they are activated).
//
// x:         [rows, pitch] codes, INT8 or E4M3, zeros' codes beyond K
// rowScales: [rows], s_x; null where it is fixedScale for all; zeros: [rows], null where fixedZero
// w:         [columns, pitch] codes, zeros beyond K; "gated": gate [columns], then up [columns]
// columnScales, sums, bias: of w's rows; sums null for symmetric codes, bias null for none
// residual:  [rows, columns], null for none; may be y. Not read where "gated"
// y:         [rows, columns]
// gelu:      whether GELU follows
//
// Reads the weights once, at the memory's speed: a block takes 16 rows of w (8 of gate and 8 of up),
// its 8 warps share K in turns of 64 codes. Which code of X meets which of W is all that a product
// depends on, so a lane loads 16 codes in a row of either and gives them to the tensor cores as if
// they lay where the instruction wants them. As _1 for up to 8 rows, as _2 for up to 16. pitch is a
// multiple of 16.
#include "activation.cuh"
#include "dequantize.cuh"

#define WARPS 8
#define LINES 16
#define TURN 64
#define AHEAD 4

struct Int8 {
  typedef int Sum;
  static __device__ __forceinline__ void multiply(int* c, const unsigned* a, unsigned b0,
                                                  unsigned b1) {
#if __CUDA_ARCH__ >= 800
    multiply_int8(c, a, b0, b1);
#endif
  }
};

struct Fp8 {
  typedef float Sum;
  static __device__ __forceinline__ void multiply(float* c, const unsigned* a, unsigned b0,
                                                  unsigned b1) {
#if __CUDA_ARCH__ >= 890
    multiply_e4m3(c, a, b0, b1);
#endif
  }
};

struct __align__(16) Codes {
  unsigned word[4];
};

static __device__ __forceinline__ Codes load_codes(const unsigned char* from, bool there) {
  if (there) return *(const Codes*)from;
  const Codes none = {{0, 0, 0, 0}};
  return none;
}

static __device__ __forceinline__ Codes load_weights(const unsigned char* from, bool there) {
  Codes codes = {{0, 0, 0, 0}};
  if (there) {
    const Streamed streamed = load_streamed(from);
#pragma unroll
    for (int i = 0; i < 4; i++) codes.word[i] = streamed.word[i];
  }
  return codes;
}

// Line r of a block: the row of w that it is, or -1.
template <bool GATED>
static __device__ __forceinline__ int line(int r, int columns) {
  const int n = GATED ? blockIdx.x * (LINES / 2) + r % (LINES / 2) : blockIdx.x * LINES + r;
  if (n >= columns) return -1;
  return GATED && r >= LINES / 2 ? columns + n : n;
}

template <class Code, bool GATED, int TILES>
static __device__ __forceinline__ void linear(const unsigned char* x, const float* rowScales,
                                              float fixedScale, const int* zeros, int fixedZero,
                                              const unsigned char* w, const float* columnScales,
                                              const int* sums, const Element* bias,
                                              const Element* residual, Element* y, int rows,
                                              int columns, int pitch, int gelu) {
  typedef typename Code::Sum Sum;
  __shared__ Sum partial[WARPS][TILES][32][4];
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const int first = line<GATED>(g, columns), second = line<GATED>(g + 8, columns);
  const unsigned char* w0 = w + (long long)max(first, 0) * pitch;
  const unsigned char* w1 = w + (long long)max(second, 0) * pitch;
  Sum c[TILES][4];
#pragma unroll
  for (int i = 0; i < TILES; i++) {
#pragma unroll
    for (int j = 0; j < 4; j++) c[i][j] = 0;
  }
  for (int base = warp * TURN; base < pitch; base += WARPS * TURN * AHEAD) {
    Codes a0[AHEAD], a1[AHEAD];
#pragma unroll
    for (int u = 0; u < AHEAD; u++) {
      const int k = base + u * WARPS * TURN + 16 * t;
      a0[u] = load_weights(w0 + k, first >= 0 && k < pitch);
      a1[u] = load_weights(w1 + k, second >= 0 && k < pitch);
    }
#pragma unroll
    for (int u = 0; u < AHEAD; u++) {
      const int k = base + u * WARPS * TURN + 16 * t;
      const unsigned lower[4] = {a0[u].word[0], a1[u].word[0], a0[u].word[1], a1[u].word[1]};
      const unsigned upper[4] = {a0[u].word[2], a1[u].word[2], a0[u].word[3], a1[u].word[3]};
#pragma unroll
      for (int i = 0; i < TILES; i++) {
        const int m = 8 * i + g;
        const Codes b = load_codes(x + (long long)m * pitch + k, m < rows && k < pitch);
        Code::multiply(c[i], lower, b.word[0], b.word[1]);
        Code::multiply(c[i], upper, b.word[2], b.word[3]);
      }
    }
  }
#pragma unroll
  for (int i = 0; i < TILES; i++) {
#pragma unroll
    for (int j = 0; j < 4; j++) partial[warp][i][lane][j] = c[i][j];
  }
  __syncthreads();
  const int perRow = GATED ? LINES / 2 : LINES;
  for (int at = threadIdx.x; at < perRow * 8 * TILES; at += blockDim.x) {
    const int r = at % perRow, m = at / perRow, n = line<GATED>(r, columns);
    if (m >= rows || n < 0) continue;
    const float scale = rowScales ? rowScales[m] : fixedScale;
    const int zero = zeros ? zeros[m] : fixedZero;
    float values[2];
#pragma unroll
    for (int half = 0; half < (GATED ? 2 : 1); half++) {
      const int one = r + half * 8, row = line<GATED>(one, columns);
      Sum sum = 0;
      for (int i = 0; i < WARPS; i++) {
        sum += partial[i][m / 8][one % 8 * 4 + m % 8 / 2][m % 2 + one / 8 * 2];
      }
      float value = (float)corrected(sum, zero, sums ? sums[row] : 0) * scale * columnScales[row];
      if (bias) value += to_float(bias[row]);
      values[half] = value;
    }
    float value = values[0];
    if (GATED) {
      value = gated_activation(to_float(to_element(values[0])), to_float(to_element(values[1])));
    } else if (gelu) {
      value = gelu_activation(to_float(to_element(value)));
    }
    const long long to = (long long)m * columns + n;
    if (!GATED && residual) value += to_float(residual[to]);
    y[to] = to_element(value);
  }
}

extern "C" __launch_bounds__(256) __global__ void linear_int8_1(
    const unsigned char* x, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const unsigned char* w, const float* columnScales, const int* sums,
    const Element* bias, const Element* residual, Element* y, int rows, int columns, int pitch,
    int gelu) {
  linear<Int8, false, 1>(x, rowScales, fixedScale, zeros, fixedZero, w, columnScales, sums, bias,
                         residual, y, rows, columns, pitch, gelu);
}

extern "C" __launch_bounds__(256) __global__ void linear_int8_2(
    const unsigned char* x, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const unsigned char* w, const float* columnScales, const int* sums,
    const Element* bias, const Element* residual, Element* y, int rows, int columns, int pitch,
    int gelu) {
  linear<Int8, false, 2>(x, rowScales, fixedScale, zeros, fixedZero, w, columnScales, sums, bias,
                         residual, y, rows, columns, pitch, gelu);
}

extern "C" __launch_bounds__(256) __global__ void gated_int8_1(
    const unsigned char* x, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const unsigned char* w, const float* columnScales, const int* sums,
    const Element* bias, const Element* residual, Element* y, int rows, int columns, int pitch,
    int gelu) {
  linear<Int8, true, 1>(x, rowScales, fixedScale, zeros, fixedZero, w, columnScales, sums, bias,
                        residual, y, rows, columns, pitch, gelu);
}

extern "C" __launch_bounds__(256) __global__ void gated_int8_2(
    const unsigned char* x, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const unsigned char* w, const float* columnScales, const int* sums,
    const Element* bias, const Element* residual, Element* y, int rows, int columns, int pitch,
    int gelu) {
  linear<Int8, true, 2>(x, rowScales, fixedScale, zeros, fixedZero, w, columnScales, sums, bias,
                        residual, y, rows, columns, pitch, gelu);
}

extern "C" __launch_bounds__(256) __global__ void linear_fp8_1(
    const unsigned char* x, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const unsigned char* w, const float* columnScales, const int* sums,
    const Element* bias, const Element* residual, Element* y, int rows, int columns, int pitch,
    int gelu) {
  linear<Fp8, false, 1>(x, rowScales, fixedScale, zeros, fixedZero, w, columnScales, sums, bias,
                        residual, y, rows, columns, pitch, gelu);
}

extern "C" __launch_bounds__(256) __global__ void linear_fp8_2(
    const unsigned char* x, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const unsigned char* w, const float* columnScales, const int* sums,
    const Element* bias, const Element* residual, Element* y, int rows, int columns, int pitch,
    int gelu) {
  linear<Fp8, false, 2>(x, rowScales, fixedScale, zeros, fixedZero, w, columnScales, sums, bias,
                        residual, y, rows, columns, pitch, gelu);
}

extern "C" __launch_bounds__(256) __global__ void gated_fp8_1(
    const unsigned char* x, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const unsigned char* w, const float* columnScales, const int* sums,
    const Element* bias, const Element* residual, Element* y, int rows, int columns, int pitch,
    int gelu) {
  linear<Fp8, true, 1>(x, rowScales, fixedScale, zeros, fixedZero, w, columnScales, sums, bias,
                       residual, y, rows, columns, pitch, gelu);
}

extern "C" __launch_bounds__(256) __global__ void gated_fp8_2(
    const unsigned char* x, const float* rowScales, float fixedScale, const int* zeros,
    int fixedZero, const unsigned char* w, const float* columnScales, const int* sums,
    const Element* bias, const Element* residual, Element* y, int rows, int columns, int pitch,
    int gelu) {
  linear<Fp8, true, 2>(x, rowScales, fixedScale, zeros, fixedZero, w, columnScales, sums, bias,
                       residual, y, rows, columns, pitch, gelu);
}
