// Linear parts whose weights are integer codes: y = x * w^T + bias + added, each w = code * scale in
// the activations' format.
//
// x:      [m, k]
// codes, scales: of w [n, k], see weights.cuh
// bias:   [n]; null for none
// added:  [m, n]; null for none; may be y
// y:      [m, n]
//
// weightB_plain, B = 8 or 4: any format, a warp for each number of y. weightB_tokens_T: FP16 and
// tensor cores, at most 8 * T rows of x; a block takes 16 channels, its warps the inputs in turn, so
// that each code is read once, 16 bytes at a time, a few loads ahead of their use. Products of x and
// code - zero are exact, sums are FP32, and the scale is applied to the sum. weightB_expand writes w
// itself, [n, k], for more rows. Source of the arrangement: Frantar et al., "MARLIN", arXiv
// 2408.11743.
#include "element.cuh"
#include "reduce.cuh"
#include "weights.cuh"

#define WARPS 8
// Pieces that a warp loads at a time.
#define PIECES 4

template <int BITS>
static __device__ __forceinline__ float weight_at(const unsigned char* codes, const void* scales,
                                                  int k, int channel, int input) {
  return BITS == 8 ? weight8_at(codes, (const float*)scales, k, channel, input)
                   : weight4_at(codes, (const unsigned*)scales, k, channel, input);
}

static __device__ __forceinline__ void finish(float sum, const Element* bias, const Element* added,
                                              Element* y, int n, int row, int channel) {
  const long long at = (long long)row * n + channel;
  if (bias) sum += to_float(bias[channel]);
  if (added) sum += to_float(added[at]);
  y[at] = to_element(sum);
}

template <int BITS>
static __device__ __forceinline__ void plain(const Element* x, const unsigned char* codes,
                                             const void* scales, const Element* bias,
                                             const Element* added, Element* y, int m, int n,
                                             int k) {
  const long long which = (long long)blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
  if (which >= (long long)m * n) return;
  const int row = (int)(which / n), channel = (int)(which % n);
  float sum = 0;
  for (int i = threadIdx.x % 32; i < k; i += 32) {
    sum += to_float(x[(long long)row * k + i]) * weight_at<BITS>(codes, scales, k, channel, i);
  }
  sum = warp_sum(sum);
  if (threadIdx.x % 32 == 0) finish(sum, bias, added, y, n, row, channel);
}

#if defined(ELEMENT_FP16) && __CUDA_ARCH__ >= 800

// What a warp loads at a time: codes, and of 4 bits the scales of both of a lane's channels.
struct Load {
  Streamed codes[PIECES];
  unsigned scales[2][2];
};

// Piece p of a tile; every piece is loaded by the whole warp.
template <int BITS>
static __device__ __forceinline__ void load_codes(Load& load, const Streamed* codes,
                                                  const unsigned* scales, int piece, int pieces) {
  const int lane = threadIdx.x % 32;
#pragma unroll
  for (int i = 0; i < PIECES; i++) {
    if (piece + i < pieces) load.codes[i] = load_streamed(codes + (piece + i) * 32 + lane);
  }
  if (BITS == 4) {
#pragma unroll
    for (int r = 0; r < 2; r++) {
      if (piece + 2 * r < pieces) {
        load.scales[r][0] = scales[(piece / 2 + r) * TILE + lane / 4];
        load.scales[r][1] = scales[(piece / 2 + r) * TILE + lane / 4 + 8];
      }
    }
  }
}

// COUNT numbers of a row of x from input k0 on, two a word; zeros where there are none.
template <int COUNT>
static __device__ __forceinline__ void load_inputs(unsigned* words, const Element* row, int k0,
                                                   int k) {
#pragma unroll
  for (int i = 0; i < COUNT; i += WIDTH) {
    Vector v = {{0, 0, 0, 0}};
    if (row != 0 && k % WIDTH == 0) {
      if (k0 + i < k) v = load_vector(row + k0 + i);
    } else if (row != 0) {
#pragma unroll
      for (int j = 0; j < WIDTH; j++) {
        if (k0 + i + j < k) v.word[j / 2] |= (unsigned)row[k0 + i + j] << 16 * (j % 2);
      }
    }
#pragma unroll
    for (int j = 0; j < 4; j++) words[i / 2 + j] = v.word[j];
  }
}

// A lane's 16 channels' weights of 16 inputs, code - 128 in FP16: 1024 + code, of which FP16 holds
// every number exactly, less 1152.
static __device__ __forceinline__ void widen8(unsigned* a, unsigned low, unsigned high) {
  a[0] = subtract_fp16x2(select_bytes(low, 0x64646464u, 0x5140), 0x64806480u);
  a[1] = subtract_fp16x2(select_bytes(high, 0x64646464u, 0x5140), 0x64806480u);
  a[2] = subtract_fp16x2(select_bytes(low, 0x64646464u, 0x5342), 0x64806480u);
  a[3] = subtract_fp16x2(select_bytes(high, 0x64646464u, 0x5342), 0x64806480u);
}

// The same of 4 bits, code - zero: 1024 + code less 1024 + zero, and where the code lies four bits
// further up (1024 + 16 * code) / 16 less 64 + zero.
static __device__ __forceinline__ void widen4(unsigned* a, unsigned word, unsigned zero,
                                              unsigned zeroAbove) {
  a[0] = subtract_fp16x2((word & 0x000f000fu) | 0x64006400u, zero);
  a[1] = fma_fp16x2((word & 0x00f000f0u) | 0x64006400u, 0x2c002c00u, zeroAbove);
  a[2] = subtract_fp16x2((word >> 8 & 0x000f000fu) | 0x64006400u, zero);
  a[3] = fma_fp16x2((word >> 8 & 0x00f000f0u) | 0x64006400u, 0x2c002c00u, zeroAbove);
}

// sums[j] += of 8 tokens from 8 * j on: channels of the tile times inputs of the loaded pieces.
template <int BITS, int T>
static __device__ __forceinline__ void multiply_pieces(float (*sums)[4], const Load& load,
                                                       const Element* const* rows, int piece,
                                                       int pieces, int k) {
  const int t = threadIdx.x % 4;
  float part[T][4];
#pragma unroll
  for (int i = 0; i < PIECES; i++) {
    // The same in the whole warp.
    if (piece + i >= pieces) return;
    const unsigned* words = load.codes[i].word;
    if (BITS == 8) {
#pragma unroll
      for (int j = 0; j < T; j++) {
        unsigned x[4];
        load_inputs<8>(x, rows[j], (piece + i) * 32 + 8 * t, k);
#pragma unroll
        for (int s = 0; s < 2; s++) {
          unsigned a[4];
          widen8(a, words[2 * s], words[2 * s + 1]);
          multiply_fp16(sums[j], a, x[2 * s], x[2 * s + 1]);
        }
      }
    } else {
      const unsigned first = load.scales[i / 2][0], second = load.scales[i / 2][1];
      const unsigned zero = (first >> 16 | 0x6400u) * 0x00010001u;
      const unsigned zeroAbove = (second >> 16 << 4 | 0xd400u) * 0x00010001u;
#pragma unroll
      for (int j = 0; j < T; j++) {
        unsigned x[8];
        load_inputs<16>(x, rows[j], (piece + i) * 64 + 16 * t, k);
        if (i % 2 == 0) {
#pragma unroll
          for (int c = 0; c < 4; c++) part[j][c] = 0;
        }
#pragma unroll
        for (int s = 0; s < 4; s++) {
          unsigned a[4];
          widen4(a, words[s], zero, zeroAbove);
          multiply_fp16(part[j], a, x[2 * s], x[2 * s + 1]);
        }
        if (i % 2 == 1) {
          // Both pieces of a run have the same scales.
          const float scale = fp16_to_float((unsigned short)first);
          const float scaleAbove = fp16_to_float((unsigned short)second);
          sums[j][0] += scale * part[j][0];
          sums[j][1] += scale * part[j][1];
          sums[j][2] += scaleAbove * part[j][2];
          sums[j][3] += scaleAbove * part[j][3];
        }
      }
    }
  }
}

template <int BITS, int T>
static __device__ __forceinline__ void tokens(const Element* x, const unsigned char* codes,
                                              const void* scales, const Element* bias,
                                              const Element* added, Element* y, int m, int n,
                                              int k) {
  __shared__ float shared[WARPS][8 * T][TILE];
  const int warp = threadIdx.x / 32, g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
  const int pieces = runs_of(k) * (BITS == 8 ? 4 : 2);
  const Streamed* from = (const Streamed*)codes + (long long)blockIdx.x * pieces * 32;
  const unsigned* scale = (const unsigned*)scales + (long long)blockIdx.x * runs_of(k) * TILE;
  const Element* rows[T];
  float sums[T][4];
#pragma unroll
  for (int j = 0; j < T; j++) {
    rows[j] = 8 * j + g < m ? x + (long long)(8 * j + g) * k : 0;
#pragma unroll
    for (int c = 0; c < 4; c++) sums[j][c] = 0;
  }
  Load current, next;
  load_codes<BITS>(current, from, scale, warp * PIECES, pieces);
  for (int piece = warp * PIECES; piece < pieces; piece += WARPS * PIECES) {
    load_codes<BITS>(next, from, scale, piece + WARPS * PIECES, pieces);
    multiply_pieces<BITS, T>(sums, current, rows, piece, pieces, k);
    current = next;
  }
#pragma unroll
  for (int j = 0; j < T; j++) {
#pragma unroll
    for (int c = 0; c < 4; c++) shared[warp][8 * j + 2 * t + c % 2][g + 8 * (c / 2)] = sums[j][c];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < 8 * T * TILE; i += blockDim.x) {
    const int row = i / TILE, channel = blockIdx.x * TILE + i % TILE;
    if (row >= m || channel >= n) continue;
    float sum = 0;
#pragma unroll
    for (int w = 0; w < WARPS; w++) sum += shared[w][row][i % TILE];
    if (BITS == 8) sum *= ((const float*)scales)[channel];
    finish(sum, bias, added, y, n, row, channel);
  }
}
#else
template <int BITS, int T>
static __device__ __forceinline__ void tokens(const Element*, const unsigned char*, const void*,
                                              const Element*, const Element*, Element*, int, int,
                                              int) {}
#endif

// A thread writes what one lane holds of one piece.
template <int BITS>
static __device__ __forceinline__ void expand(const unsigned char* codes, const void* scales,
                                              Element* w, int n, int k) {
  const int inputs = BITS == 8 ? 8 : 16;
  const int pieces = runs_of(k) * (BITS == 8 ? 4 : 2);
  const long long which = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  const int lane = which % 32, piece = which / 32 % pieces;
  const int tile = (int)(which / 32 / pieces);
  if (tile >= (n + TILE - 1) / TILE) return;
  const Streamed four = load_streamed((const Streamed*)codes + which);
  const unsigned* words = four.word;
  const int input = piece * (BITS == 8 ? 32 : 64) + lane % 4 * inputs;
#pragma unroll
  for (int h = 0; h < 2; h++) {
    const int channel = tile * TILE + lane / 4 + 8 * h;
    if (channel >= n) continue;
    float values[16];
    if (BITS == 8) {
      const float scale = ((const float*)scales)[channel];
#pragma unroll
      for (int i = 0; i < 8; i++) {
        const int code = (int)(words[2 * (i / 4) + h] >> 8 * (i % 4) & 255) - 128;
        values[i] = (float)code * scale;
      }
    } else {
      const unsigned packed =
          ((const unsigned*)scales)[((long long)tile * runs_of(k) + piece / 2) * TILE + channel % TILE];
      const float scale = fp16_to_float((unsigned short)packed);
#pragma unroll
      for (int i = 0; i < 16; i++) {
        const int place = h + 2 * (i % 4 / 2) + 4 * (i % 2);
        const int code = (int)(words[i / 4] >> 4 * place & 15) - (int)(packed >> 16);
        values[i] = (float)code * scale;
      }
    }
    Element* to = w + (long long)channel * k + input;
#pragma unroll
    for (int i = 0; i < inputs; i += WIDTH) {
      if (k % WIDTH == 0) {
        if (input + i < k) store_vector(to + i, pack(values + i));
      } else {
#pragma unroll
        for (int j = 0; j < WIDTH; j++) {
          if (input + i + j < k) to[i + j] = to_element(values[i + j]);
        }
      }
    }
  }
}

extern "C" __launch_bounds__(256) __global__ void weight8_plain(
    const Element* x, const unsigned char* codes, const void* scales, const Element* bias,
    const Element* added, Element* y, int m, int n, int k) {
  plain<8>(x, codes, scales, bias, added, y, m, n, k);
}

extern "C" __launch_bounds__(256) __global__ void weight4_plain(
    const Element* x, const unsigned char* codes, const void* scales, const Element* bias,
    const Element* added, Element* y, int m, int n, int k) {
  plain<4>(x, codes, scales, bias, added, y, m, n, k);
}

extern "C" __launch_bounds__(256) __global__ void weight8_tokens_1(
    const Element* x, const unsigned char* codes, const void* scales, const Element* bias,
    const Element* added, Element* y, int m, int n, int k) {
  tokens<8, 1>(x, codes, scales, bias, added, y, m, n, k);
}

extern "C" __launch_bounds__(256) __global__ void weight8_tokens_2(
    const Element* x, const unsigned char* codes, const void* scales, const Element* bias,
    const Element* added, Element* y, int m, int n, int k) {
  tokens<8, 2>(x, codes, scales, bias, added, y, m, n, k);
}

extern "C" __launch_bounds__(256) __global__ void weight8_tokens_4(
    const Element* x, const unsigned char* codes, const void* scales, const Element* bias,
    const Element* added, Element* y, int m, int n, int k) {
  tokens<8, 4>(x, codes, scales, bias, added, y, m, n, k);
}

extern "C" __launch_bounds__(256) __global__ void weight4_tokens_1(
    const Element* x, const unsigned char* codes, const void* scales, const Element* bias,
    const Element* added, Element* y, int m, int n, int k) {
  tokens<4, 1>(x, codes, scales, bias, added, y, m, n, k);
}

extern "C" __launch_bounds__(256) __global__ void weight4_tokens_2(
    const Element* x, const unsigned char* codes, const void* scales, const Element* bias,
    const Element* added, Element* y, int m, int n, int k) {
  tokens<4, 2>(x, codes, scales, bias, added, y, m, n, k);
}

extern "C" __launch_bounds__(256) __global__ void weight4_tokens_4(
    const Element* x, const unsigned char* codes, const void* scales, const Element* bias,
    const Element* added, Element* y, int m, int n, int k) {
  tokens<4, 4>(x, codes, scales, bias, added, y, m, n, k);
}

extern "C" __launch_bounds__(256) __global__ void weight8_expand(
    const unsigned char* codes, const void* scales, Element* w, int n, int k) {
  expand<8>(codes, scales, w, n, k);
}

extern "C" __launch_bounds__(256) __global__ void weight4_expand(
    const unsigned char* codes, const void* scales, Element* w, int n, int k) {
  expand<4>(codes, scales, w, n, k);
}
