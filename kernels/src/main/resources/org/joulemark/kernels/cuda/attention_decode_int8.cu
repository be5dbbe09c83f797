// Attention of one new token of each sequence over a cache of INT8 codes, which holds its own key
// and value already; decode_combine of attention_decode.cu makes the result of the parts.
//
// keys, values: codes [batch, kvHeads, capacity, HEAD_SIZE], positions 0 to position filled
// keyScales, valueScales: [batch, kvHeads, capacity], what a position's codes are multiplied by
// everything else: as in attention_decode.cu
//
// A block of 128 threads takes a chunk of 128 keys of one key head, reads it once, and goes through
// the queries that share the key head QUERIES at a time, so that a code is made a number once for
// all of them. For the scores a thread takes a key; for the values a warp takes its 32 keys and a
// thread four numbers of each.
#include "cache_codes.cuh"

#ifndef HEAD_SIZE
#define HEAD_SIZE 128
#endif
#define KEYS 128
#define WARPS (KEYS / 32)
#define QUERIES 4
// A key's codes begin 16 bytes on, so that threads that read different keys meet different banks.
#define PITCH (HEAD_SIZE + 16)
#define NEVER -1e30f

extern "C" __launch_bounds__(128) __global__ void decode_partial_int8(
    const Element* qkv, const signed char* keys, const signed char* values, const float* slopes,
    float* partial, int position, int capacity, int heads, int kvHeads, int firstChunk, int chunks,
    int window, float scale, const float* keyScales, const float* valueScales) {
  __shared__ __align__(16) unsigned char k[KEYS * PITCH];
  __shared__ __align__(16) unsigned char v[KEYS * HEAD_SIZE];
  __shared__ __align__(16) float queries[QUERIES][HEAD_SIZE];
  // A query's weights of each key, its value's scale in them; one query after another for a key.
  __shared__ __align__(16) float weights[KEYS][QUERIES];
  __shared__ float values_of[WARPS][QUERIES][HEAD_SIZE];
  __shared__ float largest_of[WARPS][QUERIES], sum_of[WARPS][QUERIES];

  const int chunk = blockIdx.x % chunks;
  const int kvHead = blockIdx.x / chunks % kvHeads;
  const int sequence = blockIdx.x / chunks / kvHeads;
  const int group = heads / kvHeads;
  const int firstKey = (firstChunk + chunk) * KEYS;
  const long long place = ((long long)sequence * kvHeads + kvHead) * capacity + firstKey;
  for (int i = threadIdx.x; i < KEYS * (HEAD_SIZE / 16); i += KEYS) {
    const int row = i / (HEAD_SIZE / 16), column = i % (HEAD_SIZE / 16) * 16;
    Streamed key = {{0, 0, 0, 0}}, value = {{0, 0, 0, 0}};
    if (firstKey + row <= position) {
      key = load_streamed(keys + place * HEAD_SIZE + row * HEAD_SIZE + column);
      value = load_streamed(values + place * HEAD_SIZE + row * HEAD_SIZE + column);
    }
    *(Streamed*)(k + row * PITCH + column) = key;
    *(Streamed*)(v + row * HEAD_SIZE + column) = value;
  }
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const int key = firstKey + threadIdx.x;
  const bool seen = key <= position && (window == 0 || key > position - window);
  const float keyScale = seen ? keyScales[place + threadIdx.x] : 0;
  const float valueScale = seen ? valueScales[place + threadIdx.x] : 0;

  for (int first = 0; first < group; first += QUERIES) {
    const int head = kvHead * group + first;
    const int count = group - first < QUERIES ? group - first : QUERIES;
    const Element* q = qkv + ((long long)sequence * (heads + 2 * kvHeads) + head) * HEAD_SIZE;
    for (int i = threadIdx.x; i < QUERIES * HEAD_SIZE; i += KEYS) {
      queries[i / HEAD_SIZE][i % HEAD_SIZE] = i < count * HEAD_SIZE ? to_float(q[i]) * scale : 0;
    }
    __syncthreads();

    float dot[QUERIES] = {0};
#pragma unroll 2
    for (int d = 0; d < HEAD_SIZE; d += 16) {
      const Streamed codes = *(const Streamed*)(k + threadIdx.x * PITCH + d);
#pragma unroll
      for (int w = 0; w < 4; w++) {
        float x[4];
        unpack_codes(codes.word[w], x);
#pragma unroll
        for (int g = 0; g < QUERIES; g++) {
#pragma unroll
          for (int j = 0; j < 4; j++) dot[g] += queries[g][d + 4 * w + j] * x[j];
        }
      }
    }
#pragma unroll
    for (int g = 0; g < QUERIES; g++) {
      const float slope = slopes && g < count ? slopes[head + g] : 0;
      dot[g] = seen ? dot[g] * keyScale + slope * (float)(key - position) : NEVER;
      const float largest = warp_max(dot[g]);
      if (lane == 0) largest_of[warp][g] = largest;
    }
    __syncthreads();
    float largest[QUERIES];
#pragma unroll
    for (int g = 0; g < QUERIES; g++) {
      largest[g] = NEVER;
#pragma unroll
      for (int w = 0; w < WARPS; w++) largest[g] = fmaxf(largest[g], largest_of[w][g]);
      const float p = seen ? expf(dot[g] - largest[g]) : 0;
      weights[threadIdx.x][g] = p * valueScale;
      const float sum = warp_sum(p);
      if (lane == 0) sum_of[warp][g] = sum;
    }
    // A warp reads the weights of its own keys only.
    __syncwarp();
    const int column = 4 * lane;
    if (column < HEAD_SIZE) {
      float acc[QUERIES][4] = {{0}};
#pragma unroll 4
      for (int j = 32 * warp; j < 32 * warp + 32; j++) {
        float x[4];
        unpack_codes(*(const unsigned*)(v + j * HEAD_SIZE + column), x);
#pragma unroll
        for (int g = 0; g < QUERIES; g++) {
          const float weight = weights[j][g];
#pragma unroll
          for (int e = 0; e < 4; e++) acc[g][e] += weight * x[e];
        }
      }
#pragma unroll
      for (int g = 0; g < QUERIES; g++) {
#pragma unroll
        for (int e = 0; e < 4; e++) values_of[warp][g][column + e] = acc[g][e];
      }
    }
    __syncthreads();
    for (int g = 0; g < count; g++) {
      float* to = partial +
                  (((long long)sequence * heads + head + g) * chunks + chunk) * (HEAD_SIZE + 2);
      if (threadIdx.x == 0) {
        float most = NEVER, sum = 0;
        for (int w = 0; w < WARPS; w++) {
          most = fmaxf(most, largest_of[w][g]);
          sum += sum_of[w][g];
        }
        to[0] = most;
        to[1] = sum;
      }
      for (int d = threadIdx.x; d < HEAD_SIZE; d += KEYS) {
        float acc = 0;
#pragma unroll
        for (int w = 0; w < WARPS; w++) acc += values_of[w][g][d];
        to[2 + d] = acc;
      }
    }
  }
}
