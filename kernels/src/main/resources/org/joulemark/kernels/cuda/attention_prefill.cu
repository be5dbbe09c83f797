// Attention of new tokens over the cache, which holds their own keys and values already: the plain
// version, for every format and architecture.
//
// qkv:    [batch * tokens, heads + 2 * kvHeads, HEAD_SIZE], of which the queries are read
// keys, values: [batch, kvHeads, capacity, HEAD_SIZE], positions 0 to start + tokens - 1 filled
// slopes: [heads], ALiBi's; null for none
// out:    [batch * tokens, heads, HEAD_SIZE]
//
// out = softmax(q * k / sqrt(HEAD_SIZE) + slope * key position) * v over the keys j <= position of
// the query, and j > position - window where window is not 0. Softmax is carried along from tile to
// tile in FP32 (Milakov, Gimelshein, arXiv 1805.02867; Dao et al., arXiv 2205.14135).
//
// A block of 128 threads takes QUERIES queries of one head; tiles of KEYS keys, then of their
// values, pass through shared memory. Eight threads share two queries. HEAD_SIZE is a multiple of
// 16, at most 128.
#include "element.cuh"

#ifndef HEAD_SIZE
#define HEAD_SIZE 128
#endif
#define QUERIES 32
#define KEYS 32
#define PITCH (HEAD_SIZE + 4)
#define NEVER -1e30f

// Rows first to first + KEYS - 1 of a [rows, pitch] matrix as FP32; zeros beyond rows.
static __device__ __forceinline__ void load_rows(float (*to)[PITCH], const Element* from,
                                                 long long pitch, int first, int rows) {
  for (int i = threadIdx.x; i < KEYS * (HEAD_SIZE / WIDTH); i += 128) {
    const int row = i / (HEAD_SIZE / WIDTH), column = i % (HEAD_SIZE / WIDTH) * WIDTH;
    float v[WIDTH];
    if (first + row < rows) {
      unpack(load_vector(from + (first + row) * pitch + column), v);
    } else {
#pragma unroll
      for (int j = 0; j < WIDTH; j++) v[j] = 0;
    }
#pragma unroll
    for (int j = 0; j < WIDTH; j++) to[row][column + j] = v[j];
  }
}

extern "C" __launch_bounds__(128) __global__ void attention_prefill(const Element* qkv, const Element* keys, const Element* values,
                      const float* slopes, Element* out, int tokens, int start, int capacity,
                      int heads, int kvHeads, int window, float scale) {
  __shared__ float q[QUERIES][PITCH];
  __shared__ float kv[KEYS][PITCH];
  __shared__ float weights[QUERIES][KEYS + 4];

  const int tiles = (tokens + QUERIES - 1) / QUERIES;
  // The longest rows first.
  const int firstQuery = (tiles - 1 - blockIdx.x % tiles) * QUERIES;
  const int head = blockIdx.x / tiles % heads;
  const int sequence = blockIdx.x / tiles / heads;
  const int kvHead = head / (heads / kvHeads);
  const long long qPitch = (long long)(heads + 2 * kvHeads) * HEAD_SIZE;
  const Element* qHead = qkv + (long long)sequence * tokens * qPitch + (long long)head * HEAD_SIZE;
  const long long cached = ((long long)sequence * kvHeads + kvHead) * capacity * HEAD_SIZE;
  const float slope = slopes ? slopes[head] : 0;

  const int ty = threadIdx.x / 8, tx = threadIdx.x % 8;
  load_rows(q, qHead, qPitch, firstQuery, tokens);

  float acc[2][HEAD_SIZE / 8], most[2] = {NEVER, NEVER}, sum[2] = {0, 0};
#pragma unroll
  for (int r = 0; r < 2; r++) {
#pragma unroll
    for (int c = 0; c < HEAD_SIZE / 8; c++) acc[r][c] = 0;
  }

  const int lastQuery = min(firstQuery + QUERIES, tokens) - 1;
  const int keyEnd = start + lastQuery + 1;
  const int firstSeen = window ? max(0, start + firstQuery - window + 1) : 0;
  for (int firstKey = firstSeen / KEYS * KEYS; firstKey < keyEnd; firstKey += KEYS) {
    __syncthreads();
    load_rows(kv, keys + cached, HEAD_SIZE, firstKey, keyEnd);
    __syncthreads();
    // s[r][c]: query ty + 16 r, key tx + 8 c.
    float s[2][4] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
#pragma unroll 8
    for (int d = 0; d < HEAD_SIZE; d++) {
      const float q0 = q[ty][d], q1 = q[ty + 16][d];
#pragma unroll
      for (int c = 0; c < 4; c++) {
        const float k = kv[tx + 8 * c][d];
        s[0][c] += q0 * k;
        s[1][c] += q1 * k;
      }
    }
#pragma unroll
    for (int r = 0; r < 2; r++) {
      const int position = start + firstQuery + ty + 16 * r;
      float largest = most[r];
      bool seen[4];
#pragma unroll
      for (int c = 0; c < 4; c++) {
        const int key = firstKey + tx + 8 * c;
        seen[c] = key < keyEnd && key <= position && (window == 0 || key > position - window);
        s[r][c] = s[r][c] * scale + slope * (float)(key - position);
        if (seen[c]) largest = fmaxf(largest, s[r][c]);
      }
#pragma unroll
      for (int lane = 4; lane > 0; lane /= 2) {
        largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, lane));
      }
      float added = 0;
#pragma unroll
      for (int c = 0; c < 4; c++) {
        const float p = seen[c] ? expf(s[r][c] - largest) : 0;
        weights[ty + 16 * r][tx + 8 * c] = p;
        added += p;
      }
#pragma unroll
      for (int lane = 4; lane > 0; lane /= 2) {
        added += __shfl_xor_sync(0xffffffffu, added, lane);
      }
      const float kept = expf(most[r] - largest);
      sum[r] = sum[r] * kept + added;
      most[r] = largest;
#pragma unroll
      for (int c = 0; c < HEAD_SIZE / 8; c++) acc[r][c] *= kept;
    }
    __syncthreads();
    load_rows(kv, values + cached, HEAD_SIZE, firstKey, keyEnd);
    __syncthreads();
    for (int j = 0; j < KEYS; j++) {
      const float p0 = weights[ty][j], p1 = weights[ty + 16][j];
#pragma unroll
      for (int c = 0; c < HEAD_SIZE / 8; c++) {
        const float v = kv[j][tx + 8 * c];
        acc[0][c] += p0 * v;
        acc[1][c] += p1 * v;
      }
    }
  }
#pragma unroll
  for (int r = 0; r < 2; r++) {
    const int query = firstQuery + ty + 16 * r;
    if (query < tokens) {
      Element* to = out + (((long long)sequence * tokens + query) * heads + head) * HEAD_SIZE;
#pragma unroll
      for (int c = 0; c < HEAD_SIZE / 8; c++) to[tx + 8 * c] = to_element(acc[r][c] / sum[r]);
    }
  }
}
