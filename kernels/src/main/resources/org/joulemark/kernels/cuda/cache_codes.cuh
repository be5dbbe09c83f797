// The INT8 codes of a KV cache. A head's numbers at a position share a scale: s = max|x| / 127 over
// the finite x, 1 where that would be 0; q = clamp(rint(x / s), -127, 127). All in FP32, division as
// IEEE 754 has it, rint to nearest with ties to even. A NaN becomes 0.
#pragma once
#include "codes.cuh"

static __device__ __forceinline__ signed char cache_code(float x, float scale) {
  if (x != x) return 0;
  return (signed char)rintf(fminf(fmaxf(__fdiv_rn(x, scale), -127.0f), 127.0f));
}

// What a code stands for, as attention over the storage format reads it.
static __device__ __forceinline__ Element cache_element(signed char code, float scale) {
  return to_element((float)code * scale);
}

// The four codes of a word as numbers.
static __device__ __forceinline__ void unpack_codes(unsigned word, float* codes) {
#pragma unroll
  for (int j = 0; j < 4; j++) {
    // 2^23 + (q + 128) has q + 128 in its low byte.
    const unsigned bits = select_bytes(word ^ 0x80808080u, 0x4b000000u, 0x7440u + j);
    codes[j] = __uint_as_float(bits) - 8388736.0f;
  }
}
