// Copies a buffer.
//
// from, to: count x 16 bytes, not overlapping
//
// A block takes tiles of blockDim.x * UNROLL vectors in turn; each thread has UNROLL loads in
// flight before its first store.
#include "memory.cuh"

template <int UNROLL>
static __device__ __forceinline__ void copy_all(const Words* from, Words* to, long long count) {
  const long long tile = (long long)blockDim.x * UNROLL;
  for (long long base = blockIdx.x * tile; base < count; base += gridDim.x * tile) {
    const long long first = base + threadIdx.x;
    if (base + tile <= count) {
      Words v[UNROLL];
#pragma unroll
      for (int i = 0; i < UNROLL; i++) v[i] = load_once(from + first + (long long)i * blockDim.x);
#pragma unroll
      for (int i = 0; i < UNROLL; i++) store_once(to + first + (long long)i * blockDim.x, v[i]);
    } else {
      for (long long at = first; at < count; at += blockDim.x) store_once(to + at, load_once(from + at));
    }
  }
}

extern "C" __global__ void copy_4(const Words* from, Words* to, long long count) {
  copy_all<4>(from, to, count);
}

extern "C" __global__ void copy_8(const Words* from, Words* to, long long count) {
  copy_all<8>(from, to, count);
}
