// Every instruction that has no name in the language: conversions of 16-bit numbers, powers of two,
// asynchronous copies, and the tensor cores' matrix instructions. Nothing else in these sources
// holds PTX, apart from memory.cuh. Source: PTX ISA, sections cvt, ex2, cp.async, ldmatrix and mma.
#pragma once

static __device__ __forceinline__ float fp16_to_float(unsigned short bits) {
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
  return value;
}

// To nearest, ties to even.
static __device__ __forceinline__ unsigned short float_to_fp16(float value) {
  unsigned short bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}

// The shared memory whose size the launch gives.
static __device__ __forceinline__ unsigned char* launched_shared() {
  extern __shared__ __align__(16) unsigned char bytes[];
  return bytes;
}

// 2^x, of -infinity 0; about as exact as FP32 holds it (relative error 2^-22).
static __device__ __forceinline__ float power_of_two(float x) {
  float value;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(value) : "f"(x));
  return value;
}

// Sixteen bytes that are read once, so that they displace nothing from the first-level cache.
struct __align__(16) Streamed {
  unsigned word[4];
};
static __device__ __forceinline__ Streamed load_streamed(const void* from) {
  Streamed v;
  asm("ld.global.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.word[0]), "=r"(v.word[1]), "=r"(v.word[2]), "=r"(v.word[3])
               : "l"(from));
  return v;
}

#if __CUDA_ARCH__ >= 800
// Two numbers as 16-bit ones, low in the low half; to nearest, ties to even.
static __device__ __forceinline__ unsigned pair_fp16(float low, float high) {
  unsigned both;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}

static __device__ __forceinline__ unsigned pair_bf16(float low, float high) {
  unsigned both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}

// Begins to copy 16 bytes, both addresses 16-byte aligned; zeros where there is nothing.
static __device__ __forceinline__ void begin_copy(void* shared, const void* global, bool there) {
  unsigned address = (unsigned)__cvta_generic_to_shared(shared);
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
               :
               : "r"(address), "l"(global), "r"(there ? 16 : 0)
               : "memory");
}

// Waits until all that this thread began to copy has come; other threads see it after a barrier.
static __device__ __forceinline__ void await_copies() {
  asm volatile("cp.async.wait_all;" ::: "memory");
}

// Four 8 x 8 matrices of 16-bit numbers from shared memory. Lane l names row l % 8 of matrix l / 8
// (16 bytes, 16-byte aligned); of matrix i it receives row l / 4, columns 2 * (l % 4) and the next.
static __device__ __forceinline__ void load_matrices(unsigned* matrices, const void* row) {
  unsigned address = (unsigned)__cvta_generic_to_shared(row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
               : "r"(address)
               : "memory");
}

// The same, each matrix transposed: rows 2 * (l % 4) and the next, column l / 4.
static __device__ __forceinline__ void load_matrices_transposed(unsigned* matrices,
                                                                const void* row) {
  unsigned address = (unsigned)__cvta_generic_to_shared(row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
               : "r"(address)
               : "memory");
}

// c[16, 8] += a[16, 16] * b[16, 8]; with g = lane / 4 and t = lane % 4, a lane holds
//   a: (g, 2t), (g + 8, 2t), (g, 2t + 8), (g + 8, 2t + 8), each with the next column,
//   b: rows 2t and 2t + 8, each with the next row, column g,
//   c: (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1).
static __device__ __forceinline__ void multiply_fp16(float* c, const unsigned* a, unsigned b0,
                                                     unsigned b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

static __device__ __forceinline__ void multiply_bf16(float* c, const unsigned* a, unsigned b0,
                                                     unsigned b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// c[16, 8] += a[16, 32] * b[32, 8] of INT8, exactly; with g = lane / 4 and t = lane % 4, a lane holds
//   a: (g, 4t), (g + 8, 4t), (g, 4t + 16), (g + 8, 4t + 16), each with the next three columns,
//   b: rows 4t and 4t + 16, each with the next three rows, column g,
//   c: (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1).
static __device__ __forceinline__ void multiply_int8(int* c, const unsigned* a, unsigned b0,
                                                     unsigned b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
#endif

#if __CUDA_ARCH__ >= 890
// The same of FP8 E4M3, summed in FP32.
static __device__ __forceinline__ void multiply_e4m3(float* c, const unsigned* a, unsigned b0,
                                                     unsigned b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Two E4M3 codes, the first in the low byte: to nearest, ties to even, saturating at 448.
static __device__ __forceinline__ unsigned floats_to_e4m3(float first, float second) {
  unsigned short codes;
  asm("cvt.rn.satfinite.e4m3x2.f32 %0, %1, %2;" : "=h"(codes) : "f"(second), "f"(first));
  return codes;
}
#endif

// Byte i of the result is byte b of (low, high), eight bytes, where b is digit i of the selector.
static __device__ __forceinline__ unsigned select_bytes(unsigned low, unsigned high,
                                                        unsigned selector) {
  return __byte_perm(low, high, selector);
}

#if __CUDA_ARCH__ >= 530
// Of two FP16 numbers each, rounded once.
static __device__ __forceinline__ unsigned subtract_fp16x2(unsigned a, unsigned b) {
  unsigned difference;
  asm("sub.rn.f16x2 %0, %1, %2;" : "=r"(difference) : "r"(a), "r"(b));
  return difference;
}

static __device__ __forceinline__ unsigned fma_fp16x2(unsigned a, unsigned b, unsigned c) {
  unsigned sum;
  asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(sum) : "r"(a), "r"(b), "r"(c));
  return sum;
}
#endif
