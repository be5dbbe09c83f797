// Attention of one new token of each sequence over the cache, which holds its own key and value
// already.
//
// qkv:     [batch, heads + 2 * kvHeads, HEAD_SIZE], of which the queries are read
// keys, values: [batch, kvHeads, capacity, HEAD_SIZE], positions 0 to position filled
// slopes:  [heads], ALiBi's; null for none
// partial: [batch, heads, chunks, HEAD_SIZE + 2]: of each chunk of keys the largest score, the sum
//          of the weights relative to it, and the values so weighted
// out:     [batch, heads, HEAD_SIZE]
//
// out = softmax(q * k / sqrt(HEAD_SIZE) + slope * key position) * v over the keys j <= position,
// and j > position - window where window is not 0. Chunk c holds keys (firstChunk + c) * KEYS and
// on.
//
// decode_partial: a block of 128 threads takes one chunk of one key head, reads it once, and its
// warps take the queries that share the key head in turn. decode_combine: a block takes one head.
// HEAD_SIZE is a multiple of 16, at most 128. Source: "Flash-Decoding" (Dao, Haziza, Massa, Sizov,
// 2023) for the split over the context.
#include "element.cuh"
#include "reduce.cuh"

#ifndef HEAD_SIZE
#define HEAD_SIZE 128
#endif
#define KEYS (8 * WIDTH)
#define PITCH (HEAD_SIZE + WIDTH)
#define NEVER -1e30f

extern "C" __launch_bounds__(128) __global__ void decode_partial(const Element* qkv, const Element* keys, const Element* values,
                   const float* slopes, float* partial, int position, int capacity, int heads,
                   int kvHeads, int firstChunk, int chunks, int window, float scale) {
  __shared__ __align__(16) Element k[KEYS][PITCH];
  __shared__ __align__(16) Element v[KEYS][PITCH];
  __shared__ float queries[4][HEAD_SIZE];
  __shared__ float weights[4][KEYS];

  const int chunk = blockIdx.x % chunks;
  const int kvHead = blockIdx.x / chunks % kvHeads;
  const int sequence = blockIdx.x / chunks / kvHeads;
  const int group = heads / kvHeads;
  const int firstKey = (firstChunk + chunk) * KEYS;
  const long long cached =
      (((long long)sequence * kvHeads + kvHead) * capacity + firstKey) * HEAD_SIZE;
  for (int i = threadIdx.x; i < KEYS * (HEAD_SIZE / WIDTH); i += 128) {
    const int row = i / (HEAD_SIZE / WIDTH), column = i % (HEAD_SIZE / WIDTH) * WIDTH;
    Vector key = {{0, 0, 0, 0}}, value = {{0, 0, 0, 0}};
    if (firstKey + row <= position) {
      key = load_vector(keys + cached + row * HEAD_SIZE + column);
      value = load_vector(values + cached + row * HEAD_SIZE + column);
    }
    store_vector(&k[row][column], key);
    store_vector(&v[row][column], value);
  }
  __syncthreads();

  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  for (int g = warp; g < group; g += 4) {
    const int head = kvHead * group + g;
    const float slope = slopes ? slopes[head] : 0;
    const Element* q =
        qkv + ((long long)sequence * (heads + 2 * kvHeads) + head) * HEAD_SIZE;
    __syncwarp();
    for (int d = lane; d < HEAD_SIZE; d += 32) queries[warp][d] = to_float(q[d]) * scale;
    __syncwarp();
    float s[KEYS / 32], largest = NEVER;
#pragma unroll
    for (int r = 0; r < KEYS / 32; r++) {
      const int row = lane + 32 * r, key = firstKey + row;
      float dot = 0;
#pragma unroll
      for (int d = 0; d < HEAD_SIZE; d += WIDTH) {
        float part[WIDTH];
        unpack(load_vector(&k[row][d]), part);
#pragma unroll
        for (int j = 0; j < WIDTH; j++) dot += queries[warp][d + j] * part[j];
      }
      const bool seen = key <= position && (window == 0 || key > position - window);
      s[r] = seen ? dot + slope * (float)(key - position) : NEVER;
      largest = fmaxf(largest, s[r]);
    }
    largest = warp_max(largest);
    float sum = 0;
#pragma unroll
    for (int r = 0; r < KEYS / 32; r++) {
      const float p = s[r] > NEVER ? expf(s[r] - largest) : 0;
      weights[warp][lane + 32 * r] = p;
      sum += p;
    }
    sum = warp_sum(sum);
    __syncwarp();
    float* to = partial + (((long long)sequence * heads + head) * chunks + chunk) * (HEAD_SIZE + 2);
    if (lane == 0) {
      to[0] = largest;
      to[1] = sum;
    }
    for (int d = lane; d < HEAD_SIZE; d += 32) {
      float acc = 0;
#pragma unroll 8
      for (int j = 0; j < KEYS; j++) acc += weights[warp][j] * to_float(v[j][d]);
      to[2 + d] = acc;
    }
  }
}

extern "C" __launch_bounds__(128) __global__ void decode_combine(const float* partial, Element* out, int chunks) {
  const float* from = partial + (long long)blockIdx.x * chunks * (HEAD_SIZE + 2);
  float largest = NEVER;
  for (int c = 0; c < chunks; c++) largest = fmaxf(largest, from[c * (HEAD_SIZE + 2)]);
  for (int d = threadIdx.x; d < HEAD_SIZE; d += 128) {
    float acc = 0, sum = 0;
    for (int c = 0; c < chunks; c++) {
      const float* one = from + c * (HEAD_SIZE + 2);
      const float share = expf(one[0] - largest);
      sum += share * one[1];
      acc += share * one[2 + d];
    }
    out[(long long)blockIdx.x * HEAD_SIZE + d] = to_element(acc / sum);
  }
}
