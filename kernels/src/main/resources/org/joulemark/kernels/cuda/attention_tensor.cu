// Attention of new tokens over the cache on tensor cores, for FP16 and BF16 from compute capability
// 8.0 on; what attention_prefill.cu computes, with the same arguments.
//
// qkv:    [batch * tokens, heads + 2 * kvHeads, HEAD_SIZE], of which the queries are read
// keys, values: [batch, kvHeads, capacity, HEAD_SIZE], positions 0 to start + tokens - 1 filled
// slopes: [heads], ALiBi's; null for none
// out:    [batch * tokens, heads, HEAD_SIZE]
//
// A block of 128 threads takes 128 queries of one head, a warp 32 of them, as two times 16: what it
// reads of keys and values serves both. Tiles of 64 keys and of their values pass through shared
// memory, each copied while the other is multiplied; tiles that a warp's queries do not see are left
// out, and only those at the edges of what they see are masked. Scores and sums are FP32; the
// weights are rounded to the storage format before they multiply the values. With g = lane / 4 and
// t = lane % 4, a lane holds the columns 2t and 2t + 1 of every eight, in the rows g and g + 8 (see
// ptx.cuh). Source: Dao, "FlashAttention-2", arXiv 2307.08691. HEAD_SIZE is a multiple of 16, at
// most 128. Shared memory: (QUERIES + 2 * KEYS) * PITCH numbers, given with the launch.
#include "element.cuh"

#ifndef HEAD_SIZE
#define HEAD_SIZE 128
#endif
#define THREADS 128
#define QUERIES 128
#define KEYS 64
// Eight more numbers than needed: rows begin in different banks.
#define PITCH (HEAD_SIZE + 8)
// Sixteens of queries in a warp.
#define PARTS 2
#define LOG2_E 1.44269504f
#define ALL_LANES 0xffffffffu

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
#ifdef ELEMENT_FP16
  return pair_fp16(low, high);
#else
  return pair_bf16(low, high);
#endif
}

// Begins to copy rows first to first + ROWS - 1 of a [rows, pitch] matrix; zeros beyond rows.
template <int ROWS>
static __device__ __forceinline__ void begin_rows(Element (*to)[PITCH], const Element* from,
                                                  long long pitch, int first, int rows) {
  const int vectors = HEAD_SIZE / WIDTH;
#pragma unroll
  for (int i = threadIdx.x; i < ROWS * vectors; i += THREADS) {
    const int row = i / vectors, column = i % vectors * WIDTH;
    const bool there = first + row < rows;
    begin_copy(&to[row][column], from + (there ? first + row : 0) * pitch + column, there);
  }
}
#endif

extern "C" __launch_bounds__(THREADS) __global__ void attention_tensor(
    const Element* qkv, const Element* keys, const Element* values, const float* slopes,
    Element* out, int tokens, int start, int capacity, int heads, int kvHeads, int window,
    float scale) {
#if WIDTH == 8 && __CUDA_ARCH__ >= 800
  Element(*q)[PITCH] = (Element(*)[PITCH])launched_shared();
  Element(*k)[PITCH] = q + QUERIES;
  Element(*v)[PITCH] = k + KEYS;

  const int tiles = (tokens + QUERIES - 1) / QUERIES;
  const int columns = gridDim.x / tiles;
  // The longest rows first, of every head; heads that share keys run side by side.
  const int firstQuery = (tiles - 1 - blockIdx.x / columns) * QUERIES;
  const int head = blockIdx.x % columns % heads;
  const int sequence = blockIdx.x % columns / heads;
  const int kvHead = head / (heads / kvHeads);
  const long long qPitch = (long long)(heads + 2 * kvHeads) * HEAD_SIZE;
  const long long cached = ((long long)sequence * kvHeads + kvHead) * capacity * HEAD_SIZE;
  keys += cached;
  values += cached;
  // Scores are to the base 2.
  const float factor = scale * LOG2_E;
  const float slope = slopes ? slopes[head] * LOG2_E : 0;
  const float nothing = __uint_as_float(0xff800000u);

  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const int g = lane / 4, t = lane % 4;
  const int warpQuery = firstQuery + warp * 16 * PARTS;
  // What this warp's queries see, apart from the edges.
  const int lowest = start + warpQuery, highest = lowest + 16 * PARTS - 1;

  float acc[PARTS][HEAD_SIZE / 8][4], most[PARTS][2], sum[PARTS][2];
#pragma unroll
  for (int part = 0; part < PARTS; part++) {
#pragma unroll
    for (int d = 0; d < HEAD_SIZE / 8; d++) {
#pragma unroll
      for (int i = 0; i < 4; i++) acc[part][d][i] = 0;
    }
    most[part][0] = most[part][1] = nothing;
    sum[part][0] = sum[part][1] = 0;
  }

  const int lastQuery = min(firstQuery + QUERIES, tokens) - 1;
  const int keyEnd = start + lastQuery + 1;
  const int firstSeen = window ? max(0, start + firstQuery - window + 1) : 0;
  int firstKey = firstSeen / KEYS * KEYS;
  begin_rows<QUERIES>(q, qkv + (long long)sequence * tokens * qPitch + (long long)head * HEAD_SIZE,
                      qPitch, firstQuery, tokens);
  begin_rows<KEYS>(k, keys, HEAD_SIZE, firstKey, keyEnd);
  for (; firstKey < keyEnd; firstKey += KEYS) {
    const bool sees = warpQuery < tokens && firstKey <= highest &&
                      (window == 0 || firstKey + KEYS > lowest - window + 1);
    await_copies();
    __syncthreads();
    begin_rows<KEYS>(v, values, HEAD_SIZE, firstKey, keyEnd);

    float s[PARTS][KEYS / 8][4];
    if (sees) {
#pragma unroll
      for (int part = 0; part < PARTS; part++) {
#pragma unroll
        for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
          for (int i = 0; i < 4; i++) s[part][n][i] = 0;
        }
      }
#pragma unroll
      for (int d = 0; d < HEAD_SIZE / 16; d++) {
        unsigned a[PARTS][4];
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
          load_matrices(a[part], &q[(warp * PARTS + part) * 16 + lane % 16][16 * d + lane / 16 * 8]);
        }
#pragma unroll
        for (int n = 0; n < KEYS / 8; n += 2) {
          // Keys 8n to 8n + 7 and the next eight, each as two halves of sixteen numbers.
          unsigned b[4];
          load_matrices(b, &k[8 * n + lane / 16 * 8 + lane % 8][16 * d + lane / 8 % 2 * 8]);
#pragma unroll
          for (int part = 0; part < PARTS; part++) {
            multiply_add(s[part][n], a[part], b[0], b[1]);
            multiply_add(s[part][n + 1], a[part], b[2], b[3]);
          }
        }
      }
    }

    await_copies();
    __syncthreads();
    if (firstKey + KEYS < keyEnd) begin_rows<KEYS>(k, keys, HEAD_SIZE, firstKey + KEYS, keyEnd);
    if (!sees) continue;

    const bool edge = firstKey + KEYS - 1 > lowest || (window && firstKey <= highest - window);
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
      float kept[2];
#pragma unroll
      for (int r = 0; r < 2; r++) {
        const int position = start + warpQuery + 16 * part + g + 8 * r;
        if (slope != 0) {
#pragma unroll
          for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
            for (int i = 0; i < 2; i++) {
              // Taken times factor below, as every score is.
              s[part][n][2 * r + i] +=
                  slope / factor * (float)(firstKey + 8 * n + 2 * t + i - position);
            }
          }
        }
        if (edge) {
#pragma unroll
          for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
            for (int i = 0; i < 2; i++) {
              const int key = firstKey + 8 * n + 2 * t + i;
              const bool seen = key <= position && (window == 0 || key > position - window);
              if (!seen) s[part][n][2 * r + i] = nothing;
            }
          }
        }
        float largest = most[part][r];
#pragma unroll
        for (int n = 0; n < KEYS / 8; n++) {
          largest = fmaxf(largest, fmaxf(s[part][n][2 * r], s[part][n][2 * r + 1]));
        }
#pragma unroll
        for (int other = 2; other > 0; other /= 2) {
          largest = fmaxf(largest, __shfl_xor_sync(ALL_LANES, largest, other));
        }
        // A row may have seen nothing yet.
        const float zero = largest == nothing ? 0 : largest * factor;
        kept[r] = power_of_two(most[part][r] * factor - zero);
        most[part][r] = largest;
        float added = 0;
#pragma unroll
        for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
          for (int i = 0; i < 2; i++) {
            const float p = power_of_two(s[part][n][2 * r + i] * factor - zero);
            s[part][n][2 * r + i] = p;
            added += p;
          }
        }
        // Each lane sums its own columns; the four of a row come together at the end.
        sum[part][r] = sum[part][r] * kept[r] + added;
      }
      // Mostly the largest scores stay what they were.
      if (__any_sync(ALL_LANES, kept[0] != 1 || kept[1] != 1)) {
#pragma unroll
        for (int d = 0; d < HEAD_SIZE / 8; d++) {
#pragma unroll
          for (int i = 0; i < 4; i++) acc[part][d][i] *= kept[i / 2];
        }
      }
    }

#pragma unroll
    for (int n = 0; n < KEYS / 16; n++) {
      unsigned a[PARTS][4];
#pragma unroll
      for (int part = 0; part < PARTS; part++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
          const float* p = s[part][2 * n + i / 2] + i % 2 * 2;
          a[part][i] = pair(p[0], p[1]);
        }
      }
#pragma unroll
      for (int d = 0; d < HEAD_SIZE / 8; d += 2) {
        // Keys 16n to 16n + 15 of the columns 8d to 8d + 15.
        unsigned b[4];
        load_matrices_transposed(b, &v[16 * n + lane % 16][8 * d + lane / 16 * 8]);
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
          multiply_add(acc[part][d], a[part], b[0], b[1]);
          multiply_add(acc[part][d + 1], a[part], b[2], b[3]);
        }
      }
    }
  }

#pragma unroll
  for (int part = 0; part < PARTS; part++) {
#pragma unroll
    for (int r = 0; r < 2; r++) {
#pragma unroll
      for (int other = 2; other > 0; other /= 2) {
        sum[part][r] += __shfl_xor_sync(ALL_LANES, sum[part][r], other);
      }
      const int query = warpQuery + 16 * part + g + 8 * r;
      if (query < tokens) {
        Element* to = out + (((long long)sequence * tokens + query) * heads + head) * HEAD_SIZE;
        const float whole = 1.0f / sum[part][r];
#pragma unroll
        for (int d = 0; d < HEAD_SIZE / 8; d++) {
          *(unsigned*)(to + 8 * d + 2 * t) =
              pair(acc[part][d][2 * r] * whole, acc[part][d][2 * r + 1] * whole);
        }
      }
    }
  }
#endif
}
