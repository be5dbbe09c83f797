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
#endif
