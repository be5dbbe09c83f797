// The format in which activations, weights and the KV cache are stored: FP32, or FP16 or BF16 where
// ELEMENT_FP16 or ELEMENT_BF16 is defined. Arithmetic is FP32 throughout; a number is rounded once,
// when it is stored.
#pragma once
#include "ptx.cuh"

#if defined(ELEMENT_FP16) || defined(ELEMENT_BF16)
typedef unsigned short Element;
// Numbers in 16 bytes.
#define WIDTH 8
#else
typedef float Element;
#define WIDTH 4
#endif

static __device__ __forceinline__ float to_float(Element element) {
#if defined(ELEMENT_FP16)
  return fp16_to_float(element);
#elif defined(ELEMENT_BF16)
  return __uint_as_float((unsigned)element << 16);
#else
  return element;
#endif
}

// To nearest, ties to even.
static __device__ __forceinline__ Element to_element(float value) {
#if defined(ELEMENT_FP16)
  return float_to_fp16(value);
#elif defined(ELEMENT_BF16)
  const unsigned bits = __float_as_uint(value);
  if (value != value) return (unsigned short)(bits >> 16 | 0x40);
  return (unsigned short)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
#else
  return value;
#endif
}

// Sixteen bytes: WIDTH numbers.
struct __align__(16) Vector {
  unsigned word[4];
};

static __device__ __forceinline__ void unpack(Vector vector, float* values) {
#pragma unroll
  for (int i = 0; i < 4; i++) {
#if WIDTH == 8
    values[2 * i] = to_float((Element)(vector.word[i] & 0xffff));
    values[2 * i + 1] = to_float((Element)(vector.word[i] >> 16));
#else
    values[i] = __uint_as_float(vector.word[i]);
#endif
  }
}

static __device__ __forceinline__ Vector pack(const float* values) {
  Vector vector;
#pragma unroll
  for (int i = 0; i < 4; i++) {
#if WIDTH == 8
    vector.word[i] = (unsigned)to_element(values[2 * i]) | (unsigned)to_element(values[2 * i + 1]) << 16;
#else
    vector.word[i] = __float_as_uint(values[i]);
#endif
  }
  return vector;
}

static __device__ __forceinline__ Vector load_vector(const Element* from) {
  return *(const Vector*)from;
}

static __device__ __forceinline__ void store_vector(Element* to, Vector vector) {
  *(Vector*)to = vector;
}
