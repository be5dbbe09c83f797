// Reads a buffer and folds it into one word with exclusive or, so that no load can be left out.
//
// from:   count x 16 bytes
// result: one 32-bit word, folded into what it holds
//
// A block takes tiles of blockDim.x * UNROLL vectors in turn; each thread keeps UNROLL loads in
// flight. Source: CUDA C++ Best Practices Guide, "Memory Optimizations".
#include "memory.cuh"

template <int UNROLL, bool CACHED>
static __device__ __forceinline__ void read_all(const Words* from, long long count,
                                                unsigned* result) {
  unsigned folded = 0;
  const long long tile = (long long)blockDim.x * UNROLL;
  for (long long base = blockIdx.x * tile; base < count; base += gridDim.x * tile) {
    const long long first = base + threadIdx.x;
    if (base + tile <= count) {
      Words v[UNROLL];
#pragma unroll
      for (int i = 0; i < UNROLL; i++) v[i] = load_words<CACHED>(from + first + (long long)i * blockDim.x);
#pragma unroll
      for (int i = 0; i < UNROLL; i++) folded ^= v[i].x ^ v[i].y ^ v[i].z ^ v[i].w;
    } else {
      for (long long at = first; at < count; at += blockDim.x) {
        const Words v = load_words<CACHED>(from + at);
        folded ^= v.x ^ v.y ^ v.z ^ v.w;
      }
    }
  }
#pragma unroll
  for (int lane = 16; lane > 0; lane /= 2) folded ^= __shfl_xor_sync(0xffffffffu, folded, lane);
  if (threadIdx.x % 32 == 0) atomicXor(result, folded);
}

extern "C" __global__ void read_4(const Words* from, long long count, unsigned* result) {
  read_all<4, false>(from, count, result);
}

extern "C" __global__ void read_4_cached(const Words* from, long long count, unsigned* result) {
  read_all<4, true>(from, count, result);
}

extern "C" __global__ void read_8(const Words* from, long long count, unsigned* result) {
  read_all<8, false>(from, count, result);
}

extern "C" __global__ void read_8_cached(const Words* from, long long count, unsigned* result) {
  read_all<8, true>(from, count, result);
}
