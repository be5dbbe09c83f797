// Turns queries and keys to their positions and writes keys and values into a cache of INT8 codes;
// and the way back, for attention that reads the storage format.
//
// qkv, angles, start, blocksPerRow: as in rope_cache.cu
// keys, values: codes [batch, kvHeads, capacity, HEAD_SIZE]
// keyScales, valueScales: [batch, kvHeads, capacity]
// plainKeys, plainValues: [batch, kvHeads, capacity, HEAD_SIZE], what the codes stand for, rounded
//                         to the storage format; null where nobody reads them
// nans: counts NaN
//
// cache_codes.cuh has the arithmetic; it sees the turned keys as rounded to the storage format.
#include "cache_codes.cuh"
#include "rope.cuh"

#ifndef HEAD_SIZE
#define HEAD_SIZE 128
#endif
// Pairs of a head that a lane of a warp takes.
#define PAIRS ((HEAD_SIZE / 2 + 31) / 32)

extern "C" __launch_bounds__(256) __global__ void rope_cache_int8(
    Element* qkv, const float* angles, signed char* keys, signed char* values, int tokens,
    int start, int capacity, int heads, int kvHeads, int blocksPerRow, float* keyScales,
    float* valueScales, Element* plainKeys, Element* plainValues, int* nans) {
  const int half = HEAD_SIZE / 2, lane = threadIdx.x % 32;
  const int row = blockIdx.x / blocksPerRow;
  const int head = blockIdx.x % blocksPerRow * (blockDim.x / 32) + threadIdx.x / 32;
  if (head >= heads + 2 * kvHeads) return;
  const int position = start + row % tokens;
  Element* from = qkv + ((long long)row * (heads + 2 * kvHeads) + head) * HEAD_SIZE;
  const bool isKey = head >= heads && head < heads + kvHeads;
  const bool isTurned = angles != 0 && head < heads + kvHeads;
  if (!isTurned && head < heads) return;
  float x[2 * PAIRS], largest = 0;
  int found = 0;
#pragma unroll
  for (int i = 0; i < PAIRS; i++) {
    const int p = lane + 32 * i;
    x[2 * i] = x[2 * i + 1] = 0;
    if (p >= half) continue;
    Pair pair = {from[p], from[p + half]};
    if (isTurned) pair = turned(pair.first, pair.second, angles, position, HEAD_SIZE, p);
    if (head < heads) {
      from[p] = pair.first;
      from[p + half] = pair.second;
    }
    x[2 * i] = to_float(pair.first);
    x[2 * i + 1] = to_float(pair.second);
#pragma unroll
    for (int j = 2 * i; j < 2 * i + 2; j++) {
      if (is_finite(x[j])) largest = fmaxf(largest, fabsf(x[j]));
      if (x[j] != x[j]) found++;
    }
  }
  if (head < heads) return;
  if (found > 0) atomicAdd(nans, found);
  const float scale = scaling_of<SYMMETRIC>(0, warp_max(largest)).scale;
  const long long sequence = row / tokens;
  const long long place = (sequence * kvHeads + (head - heads) % kvHeads) * capacity + position;
  signed char* codes = (isKey ? keys : values) + place * HEAD_SIZE;
  Element* plain = isKey ? plainKeys : plainValues;
  if (lane == 0) (isKey ? keyScales : valueScales)[place] = scale;
#pragma unroll
  for (int i = 0; i < PAIRS; i++) {
    const int p = lane + 32 * i;
    if (p >= half) continue;
#pragma unroll
    for (int j = 0; j < 2; j++) {
      const signed char code = cache_code(x[2 * i + j], scale);
      codes[p + j * half] = code;
      if (plain) plain[place * HEAD_SIZE + p + j * half] = cache_element(code, scale);
    }
  }
}

// Positions 0 to positions - 1 of every key head, WIDTH numbers of keys and values a thread.
extern "C" __launch_bounds__(256) __global__ void dequantize_cache(
    const signed char* keys, const signed char* values, const float* keyScales,
    const float* valueScales, Element* plainKeys, Element* plainValues, int groups, int positions,
    int capacity) {
  const int vectors = HEAD_SIZE / WIDTH;
  const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  const long long row = i / vectors;
  if (row >= (long long)groups * positions) return;
  const long long place = row / positions * capacity + row % positions;
  const long long at = place * HEAD_SIZE + i % vectors * WIDTH;
#pragma unroll
  for (int which = 0; which < 2; which++) {
    const unsigned* words = (const unsigned*)((which ? values : keys) + at);
    const float scale = (which ? valueScales : keyScales)[place];
    float x[WIDTH];
#pragma unroll
    for (int w = 0; w < WIDTH / 4; w++) unpack_codes(words[w], x + 4 * w);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) x[j] *= scale;
    store_vector((which ? plainValues : plainKeys) + at, pack(x));
  }
}
