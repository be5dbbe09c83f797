// Attention of new tokens over the cache on tensor cores, for FP16 and BF16 from compute capability
// 8.0 on; what attention_prefill.cu computes, with the same arguments.
//
// qkv:    [batch * tokens, heads + 2 * kvHeads, HEAD_SIZE], of which the queries are read
// keys, values: [batch, kvHeads, capacity, HEAD_SIZE], positions 0 to start + tokens - 1 filled
// slopes: [heads], ALiBi's; null for none
// out:    [batch * tokens, heads, HEAD_SIZE]
//
// A block of 128 threads takes 64 queries of one head, a warp 16 of them. Tiles of 64 keys and
// their values pass through shared memory. Scores and sums are FP32; the weights are rounded to the
// storage format before they multiply the values. With g = lane / 4 and t = lane % 4, a lane holds
// the columns 2t and 2t + 1 of every eight, in the rows g and g + 8 (see ptx.cuh). Source: Dao,
// "FlashAttention-2", arXiv 2307.08691. HEAD_SIZE is a multiple of 16, at most 128.
#include "element.cuh"

#ifndef HEAD_SIZE
#define HEAD_SIZE 128
#endif
#define QUERIES 64
#define KEYS 64
// Eight more numbers than needed: rows begin in different banks.
#define PITCH (HEAD_SIZE + 8)
#define NEVER -1e30f

#if WIDTH == 8 && __CUDA_ARCH__ >= 800
static __device__ __forceinline__ void multiply_add(float* c, const unsigned* a, unsigned b0,
                                                    unsigned b1) {
#ifdef ELEMENT_FP16
  multiply_fp16(c, a, b0, b1);
#else
  multiply_bf16(c, a, b0, b1);
#endif
}

static __device__ __forceinline__ unsigned pair(float low, float high) {
  return (unsigned)to_element(low) | (unsigned)to_element(high) << 16;
}

// Rows first to first + KEYS - 1 of [rows, HEAD_SIZE]; zeros beyond rows.
static __device__ __forceinline__ void load_rows(Element (*to)[PITCH], const Element* from,
                                                 int first, int rows) {
#pragma unroll
  for (int i = threadIdx.x; i < KEYS * (HEAD_SIZE / WIDTH); i += 128) {
    const int row = i / (HEAD_SIZE / WIDTH), column = i % (HEAD_SIZE / WIDTH) * WIDTH;
    Vector v = {{0, 0, 0, 0}};
    if (first + row < rows) v = load_vector(from + (long long)(first + row) * HEAD_SIZE + column);
    store_vector(&to[row][column], v);
  }
}
#endif

extern "C" __launch_bounds__(128) __global__ void attention_tensor(
    const Element* qkv, const Element* keys, const Element* values, const float* slopes,
    Element* out, int tokens, int start, int capacity, int heads, int kvHeads, int window,
    float scale) {
#if WIDTH == 8 && __CUDA_ARCH__ >= 800
  __shared__ __align__(16) Element k[KEYS][PITCH];
  __shared__ __align__(16) Element v[KEYS][PITCH];

  const int tiles = (tokens + QUERIES - 1) / QUERIES;
  // The longest rows first.
  const int firstQuery = (tiles - 1 - blockIdx.x % tiles) * QUERIES;
  const int head = blockIdx.x / tiles % heads;
  const int sequence = blockIdx.x / tiles / heads;
  const int kvHead = head / (heads / kvHeads);
  const long long cached = ((long long)sequence * kvHeads + kvHead) * capacity * HEAD_SIZE;
  const float slope = slopes ? slopes[head] : 0;

  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const int g = lane / 4, t = lane % 4;
  // This lane's rows: query + 0 and query + 8.
  const int query = firstQuery + warp * 16 + g;

  unsigned q[HEAD_SIZE / 16][4];
#pragma unroll
  for (int r = 0; r < 2; r++) {
    const Element* row = qkv +
                         ((long long)sequence * tokens + query + 8 * r) * (heads + 2 * kvHeads) * HEAD_SIZE +
                         (long long)head * HEAD_SIZE;
    const bool there = query + 8 * r < tokens;
#pragma unroll
    for (int d = 0; d < HEAD_SIZE / 16; d++) {
      q[d][r] = there ? *(const unsigned*)(row + 16 * d + 2 * t) : 0;
      q[d][r + 2] = there ? *(const unsigned*)(row + 16 * d + 8 + 2 * t) : 0;
    }
  }

  float acc[HEAD_SIZE / 8][4];
#pragma unroll
  for (int d = 0; d < HEAD_SIZE / 8; d++) {
#pragma unroll
    for (int i = 0; i < 4; i++) acc[d][i] = 0;
  }
  float most[2] = {NEVER, NEVER}, sum[2] = {0, 0};

  const int lastQuery = min(firstQuery + QUERIES, tokens) - 1;
  const int keyEnd = start + lastQuery + 1;
  const int firstSeen = window ? max(0, start + firstQuery - window + 1) : 0;
  for (int firstKey = firstSeen / KEYS * KEYS; firstKey < keyEnd; firstKey += KEYS) {
    __syncthreads();
    load_rows(k, keys + cached, firstKey, keyEnd);
    load_rows(v, values + cached, firstKey, keyEnd);
    __syncthreads();

    float s[KEYS / 8][4];
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) s[n][i] = 0;
    }
#pragma unroll
    for (int d = 0; d < HEAD_SIZE / 16; d++) {
#pragma unroll
      for (int n = 0; n < KEYS / 8; n += 2) {
        // Keys 8n to 8n + 7 and the next eight, each as two halves of sixteen numbers.
        unsigned b[4];
        load_matrices(b, &k[8 * n + lane / 16 * 8 + lane % 8][16 * d + lane / 8 % 2 * 8]);
        multiply_add(s[n], q[d], b[0], b[1]);
        multiply_add(s[n + 1], q[d], b[2], b[3]);
      }
    }

#pragma unroll
    for (int r = 0; r < 2; r++) {
      const int position = start + query + 8 * r;
      float largest = most[r];
#pragma unroll
      for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
          const int key = firstKey + 8 * n + 2 * t + i;
          const bool seen = key < keyEnd && key <= position && (window == 0 || key > position - window);
          const float score = s[n][2 * r + i] * scale + slope * (float)(key - position);
          s[n][2 * r + i] = seen ? score : NEVER;
          largest = fmaxf(largest, s[n][2 * r + i]);
        }
      }
#pragma unroll
      for (int other = 2; other > 0; other /= 2) {
        largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, other));
      }
      float added = 0;
#pragma unroll
      for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
          const float score = s[n][2 * r + i];
          const float p = score > NEVER ? expf(score - largest) : 0;
          s[n][2 * r + i] = p;
          added += p;
        }
      }
      const float kept = expf(most[r] - largest);
      // Each lane sums its own columns; the four of a row come together at the end.
      sum[r] = sum[r] * kept + added;
      most[r] = largest;
#pragma unroll
      for (int d = 0; d < HEAD_SIZE / 8; d++) {
        acc[d][2 * r] *= kept;
        acc[d][2 * r + 1] *= kept;
      }
    }

#pragma unroll
    for (int n = 0; n < KEYS / 16; n++) {
      const unsigned a[4] = {pair(s[2 * n][0], s[2 * n][1]), pair(s[2 * n][2], s[2 * n][3]),
                             pair(s[2 * n + 1][0], s[2 * n + 1][1]),
                             pair(s[2 * n + 1][2], s[2 * n + 1][3])};
#pragma unroll
      for (int d = 0; d < HEAD_SIZE / 8; d += 2) {
        // Keys 16n to 16n + 15 of the columns 8d to 8d + 15.
        unsigned b[4];
        load_matrices_transposed(b, &v[16 * n + lane / 8 % 2 * 8 + lane % 8][8 * d + lane / 16 * 8]);
        multiply_add(acc[d], a, b[0], b[1]);
        multiply_add(acc[d + 1], a, b[2], b[3]);
      }
    }
  }

#pragma unroll
  for (int r = 0; r < 2; r++) {
#pragma unroll
    for (int other = 2; other > 0; other /= 2) {
      sum[r] += __shfl_xor_sync(0xffffffffu, sum[r], other);
    }
    if (query + 8 * r < tokens) {
      Element* to =
          out + (((long long)sequence * tokens + query + 8 * r) * heads + head) * HEAD_SIZE;
      const float whole = 1.0f / sum[r];
#pragma unroll
      for (int d = 0; d < HEAD_SIZE / 8; d++) {
        *(unsigned*)(to + 8 * d + 2 * t) = pair(acc[d][2 * r] * whole, acc[d][2 * r + 1] * whole);
      }
    }
  }
#endif
}
