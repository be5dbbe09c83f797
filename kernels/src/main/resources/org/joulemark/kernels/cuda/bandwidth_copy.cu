// Copies a buffer.
//
// from, to: count x 16 bytes, not overlapping
//
// A block takes tiles of blockDim.x * UNROLL vectors in turn; each thread has UNROLL loads in
// flight before its first store.
#include "memory.cuh"

template <int UNROLL, bool CACHED>
static __device__ __forceinline__ void copy_all(const Words* from, Words* to, long long count) {
  const long long tile = (long long)blockDim.x * UNROLL;
  for (long long base = blockIdx.x * tile; base < count; base += gridDim.x * tile) {
    const long long first = base + threadIdx.x;
    if (base + tile <= count) {
      Words v[UNROLL];
#pragma unroll
      for (int i = 0; i < UNROLL; i++) v[i] = load_words<CACHED>(from + first + (long long)i * blockDim.x);
#pragma unroll
      for (int i = 0; i < UNROLL; i++) store_words<CACHED>(to + first + (long long)i * blockDim.x, v[i]);
    } else {
      for (long long at = first; at < count; at += blockDim.x) store_words<CACHED>(to + at, load_words<CACHED>(from + at));
    }
  }
}

extern "C" __global__ void copy_4(const Words* from, Words* to, long long count) {
  copy_all<4, false>(from, to, count);
}

extern "C" __global__ void copy_4_cached(const Words* from, Words* to, long long count) {
  copy_all<4, true>(from, to, count);
}

extern "C" __global__ void copy_8(const Words* from, Words* to, long long count) {
  copy_all<8, false>(from, to, count);
}

extern "C" __global__ void copy_8_cached(const Words* from, Words* to, long long count) {
  copy_all<8, true>(from, to, count);
}
