// Fills a buffer with words that depend on their place: word j is seed ^ j.
//
// to: count x 16 bytes, that is 4 * count words
//
// A block takes tiles of blockDim.x * UNROLL vectors in turn.
#include "memory.cuh"

static __device__ __forceinline__ Words words_at(long long vector, unsigned seed) {
  const unsigned first = 4u * (unsigned)vector;
  Words v;
  v.x = seed ^ first;
  v.y = seed ^ (first + 1);
  v.z = seed ^ (first + 2);
  v.w = seed ^ (first + 3);
  return v;
}

template <int UNROLL, bool CACHED>
static __device__ __forceinline__ void write_all(Words* to, long long count, unsigned seed) {
  const long long tile = (long long)blockDim.x * UNROLL;
  for (long long base = blockIdx.x * tile; base < count; base += gridDim.x * tile) {
    const long long first = base + threadIdx.x;
    if (base + tile <= count) {
#pragma unroll
      for (int i = 0; i < UNROLL; i++) {
        const long long at = first + (long long)i * blockDim.x;
        store_words<CACHED>(to + at, words_at(at, seed));
      }
    } else {
      for (long long at = first; at < count; at += blockDim.x) {
        store_words<CACHED>(to + at, words_at(at, seed));
      }
    }
  }
}

extern "C" __global__ void write_4(Words* to, long long count, unsigned seed) {
  write_all<4, false>(to, count, seed);
}

extern "C" __global__ void write_4_cached(Words* to, long long count, unsigned seed) {
  write_all<4, true>(to, count, seed);
}

extern "C" __global__ void write_8(Words* to, long long count, unsigned seed) {
  write_all<8, false>(to, count, seed);
}

extern "C" __global__ void write_8_cached(Words* to, long long count, unsigned seed) {
  write_all<8, true>(to, count, seed);
}
