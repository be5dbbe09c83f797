// Numbers to 8-bit codes, a row at a time.
//
// SYMMETRIC:  s = max|x| / 127, q = clamp(rint(x / s), -127, 127)
// ASYMMETRIC: lo = min(0, min x), hi = max(0, max x), s = (hi - lo) / 255,
//             z = clamp(rint(-128 - lo / s), -128, 127), q = clamp(rint(x / s) + z, -128, 127)
// E4M3:       s = max|x| / 448, q = the nearest E4M3 number of x / s, saturating
//
// All in FP32, division as IEEE 754 has it, rint to nearest with ties to even; over the finite x;
// s = 1 where it would be 0. Infinities saturate. A NaN becomes 0 and is counted.
#pragma once
#include "element.cuh"
#include "reduce.cuh"

#define SYMMETRIC 0
#define ASYMMETRIC 1
#define E4M3 2

// Vectors of a row that a thread keeps between looking at them and writing their codes.
#ifndef KEPT
#define KEPT 8
#endif
#define LARGEST 3.402823466e38f
#define NORMAL_DIVISOR 1e18f

// Divides by one number many times.
struct Divisor {
  float by, inverse;
};

static __device__ __forceinline__ Divisor divisor(float by) {
  Divisor d = {by, __fdiv_rn(1.0f, by)};
  return d;
}

// x / by, correctly rounded for numbers of ordinary size: one step of Newton with the exact rest.
// Source: Markstein, "Computation of elementary functions on the IBM RISC System/6000 processor",
// 1990.
static __device__ __forceinline__ float quotient(float x, Divisor d) {
  const float q = x * d.inverse;
  return fmaf(fmaf(-q, d.by, x), d.inverse, q);
}

static __device__ __forceinline__ bool is_finite(float x) { return fabsf(x) <= LARGEST; }

// What was seen of a row.
template <int FORMAT>
struct Range {
  float low;   // ASYMMETRIC: -min(0, x)
  float high;  // the largest x, or |x|
  float odd;   // not 0 once something was not finite

  __device__ __forceinline__ void start() { low = high = odd = 0; }

  __device__ __forceinline__ void take(float x) {
    if (FORMAT == ASYMMETRIC) {
      low = fmaxf(low, -x);
      high = fmaxf(high, x);
    } else {
      high = fmaxf(high, fabsf(x));
    }
  }

  __device__ __forceinline__ void see(Vector vector) {
    float v[WIDTH];
    unpack(vector, v);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) {
      take(v[j]);
      odd = fmaf(v[j], 0.0f, odd);
    }
  }

  // The same over finite numbers only; the NaN among the others.
  __device__ int see_finite(Vector vector) {
    float v[WIDTH];
    unpack(vector, v);
    int nans = 0;
    for (int j = 0; j < WIDTH; j++) {
      if (is_finite(v[j])) take(v[j]);
      if (v[j] != v[j]) nans++;
    }
    return nans;
  }

  __device__ __forceinline__ bool is_odd() const { return !(odd == 0.0f); }
};

struct Scaling {
  float scale;
  int zero;
};

template <int FORMAT>
static __device__ __forceinline__ Scaling scaling_of(float low, float high) {
  Scaling s = {1.0f, 0};
  if (FORMAT == ASYMMETRIC) {
    const float scale = __fdiv_rn(fminf(high + low, LARGEST), 255.0f);
    if (scale > 0) s.scale = scale;
    s.zero = (int)fminf(fmaxf(rintf(-128.0f + __fdiv_rn(low, s.scale)), -128.0f), 127.0f);
  } else {
    const float scale = __fdiv_rn(high, FORMAT == E4M3 ? 448.0f : 127.0f);
    if (scale > 0) s.scale = scale;
  }
  return s;
}

// The codes of x / s, four to a word; E4M3 as floats_to_e4m3 makes them.
template <int FORMAT>
static __device__ __forceinline__ unsigned codes_of_quotients(const float* t, int zero) {
#if __CUDA_ARCH__ >= 890
  if (FORMAT == E4M3) return floats_to_e4m3(t[0], t[1]) | floats_to_e4m3(t[2], t[3]) << 16;
#endif
  unsigned word = 0;
#pragma unroll
  for (int j = 0; j < 4; j++) {
    const float low = FORMAT == ASYMMETRIC ? -128.0f - (float)zero : -127.0f;
    const float high = FORMAT == ASYMMETRIC ? 127.0f - (float)zero : 127.0f;
    // Adding 1.5 * 2^23 rounds to an integer, which the low bits then hold.
    const float rounded = fminf(fmaxf(t[j], low), high) + 12582912.0f;
    word |= ((__float_as_uint(rounded) + (FORMAT == ASYMMETRIC ? (unsigned)zero : 0u)) & 0xff)
            << 8 * j;
  }
  return word;
}

// Four to a word, each number by itself: any divisor, infinities, NaN.
template <int FORMAT>
static __device__ unsigned codes_of_odd(const float* x, Scaling s) {
  float t[4];
  unsigned keep = 0;
  for (int j = 0; j < 4; j++) {
    const bool nan = x[j] != x[j];
    t[j] = nan ? 0.0f : __fdiv_rn(x[j], s.scale);
    keep |= nan ? 0u : 0xffu << 8 * j;
  }
  return codes_of_quotients<FORMAT>(t, s.zero) & keep;
}

template <int FORMAT>
static __device__ __forceinline__ void write_codes(unsigned char* to, Vector vector, Scaling s,
                                                   Divisor d, bool odd) {
  float v[WIDTH];
  unpack(vector, v);
  unsigned words[WIDTH / 4];
#pragma unroll
  for (int w = 0; w < WIDTH / 4; w++) {
    if (odd) {
      words[w] = codes_of_odd<FORMAT>(v + 4 * w, s);
    } else {
      float t[4];
#pragma unroll
      for (int j = 0; j < 4; j++) t[j] = quotient(v[4 * w + j], d);
      words[w] = codes_of_quotients<FORMAT>(t, s.zero);
    }
  }
#if WIDTH == 8
  struct __align__(8) Pair { unsigned first, second; };
  Pair pair = {words[0], words[1]};
  *(Pair*)to = pair;
#else
  *(unsigned*)to = words[0];
#endif
}

// Writes the codes of one row; called by a whole block.
//
// produce:    vector i of the row in the storage format, zeros beyond its end
// pitch:      codes in a row, a multiple of 16
// codes:      the row's
// fixedScale: the scale, with fixedZero; 0 where the row's own is found
// scale, zero: where the row's own are written; zero is not read unless ASYMMETRIC
// nans:       counts NaN
template <int FORMAT, class Produce>
static __device__ __forceinline__ void quantize_row(const Produce& produce, int pitch,
                                                    unsigned char* codes, float fixedScale,
                                                    int fixedZero, float* scale, int* zero,
                                                    int* nans) {
  Vector kept[KEPT];
  Range<FORMAT> range;
  range.start();
  const int vectors = pitch / WIDTH, step = blockDim.x, rest = threadIdx.x + KEPT * step;
#pragma unroll
  for (int k = 0; k < KEPT; k++) {
    const int i = threadIdx.x + k * step;
    if (i < vectors) {
      kept[k] = produce(i);
      range.see(kept[k]);
    }
  }
  for (int i = rest; i < vectors; i += step) range.see(produce(i));
  bool odd = range.is_odd();
  if (odd) {
    int count = 0;
    range.start();
#pragma unroll
    for (int k = 0; k < KEPT; k++) {
      if ((int)threadIdx.x + k * step < vectors) count += range.see_finite(kept[k]);
    }
    for (int i = rest; i < vectors; i += step) count += range.see_finite(produce(i));
    if (count > 0) atomicAdd(nans, count);
  }
  Scaling s = {fixedScale, fixedZero};
  if (fixedScale == 0.0f) {
    const float low = FORMAT == ASYMMETRIC ? block_max(range.low) : 0.0f;
    s = scaling_of<FORMAT>(low, block_max(range.high));
    if (threadIdx.x == 0) {
      *scale = s.scale;
      if (FORMAT == ASYMMETRIC) *zero = s.zero;
    }
  }
  // Where the step of Newton could leave the range of FP32.
  odd |= !(s.scale > 1.0f / NORMAL_DIVISOR && s.scale < NORMAL_DIVISOR &&
           fmaxf(range.low, range.high) < NORMAL_DIVISOR);
  const Divisor d = divisor(s.scale);
#pragma unroll
  for (int k = 0; k < KEPT; k++) {
    const int i = threadIdx.x + k * step;
    if (i < vectors) write_codes<FORMAT>(codes + i * WIDTH, kept[k], s, d, odd);
  }
  for (int i = rest; i < vectors; i += step) {
    write_codes<FORMAT>(codes + i * WIDTH, produce(i), s, d, odd);
  }
}

// Vector i of a row of numbers in the storage format, zeros beyond its end.
static __device__ __forceinline__ Vector load_row(const Element* row, int i, int columns) {
  if (columns % WIDTH == 0) {
    if (i * WIDTH < columns) return load_vector(row + i * WIDTH);
    const Vector zeros = {{0, 0, 0, 0}};
    return zeros;
  }
  float v[WIDTH];
#pragma unroll
  for (int j = 0; j < WIDTH; j++) v[j] = i * WIDTH + j < columns ? to_float(row[i * WIDTH + j]) : 0;
  return pack(v);
}
