// Weights as integer codes, in the order in which the tensor cores' lanes take them.
//
// Channels come in tiles of 16 and inputs in runs of 128; what is missing to whole ones is filled up
// with codes that stand for 0. A tile's codes are one run after another, 16 bytes a lane at a time:
//   8 bits: 4 pieces of 32 inputs. Lane 4 * g + t holds, in word 2 * s + h, channel g + 8 * h,
//           inputs 8 * t + 4 * s and the next three, a byte each, code + 128.
//   4 bits: 2 pieces of 64 inputs. Lane 4 * g + t holds, in word s, bits 4 * i and on, channel
//           g + 8 * (i % 2), input 16 * t + 4 * s + 2 * (i / 2 % 2) + i / 4.
// Scales:
//   8 bits: [channels filled up] FP32, w = code * scale.
//   4 bits: [tiles, runs, 16] words: an FP16 scale below, the zero point above,
//           w = (code - zero) * scale.
#pragma once
#include "element.cuh"

#define TILE 16
#define RUN 128

static __device__ __forceinline__ int runs_of(int k) { return (k + RUN - 1) / RUN; }

// w[channel][input], the long way.
static __device__ __forceinline__ float weight8_at(const unsigned char* codes, const float* scales,
                                                   int k, int channel, int input) {
  const int row = channel % TILE, piece = input % RUN / 32, in = input % 32;
  const int lane = 4 * (row % 8) + in / 8, word = 2 * (in % 8 / 4) + row / 8;
  const long long run = (long long)(channel / TILE) * runs_of(k) + input / RUN;
  const int code = codes[((run * 4 + piece) * 32 + lane) * 16 + 4 * word + in % 4];
  return (float)(code - 128) * scales[channel];
}

static __device__ __forceinline__ float weight4_at(const unsigned char* codes,
                                                   const unsigned* scales, int k, int channel,
                                                   int input) {
  const int row = channel % TILE, piece = input % RUN / 64, in = input % 64;
  const int lane = 4 * (row % 8) + in / 16, word = in % 16 / 4;
  const int place = row / 8 + 2 * (in % 4 / 2) + 4 * (in % 2);
  const long long run = (long long)(channel / TILE) * runs_of(k) + input / RUN;
  const unsigned four = ((const unsigned*)codes)[((run * 2 + piece) * 32 + lane) * 4 + word];
  const unsigned scale = scales[run * TILE + row];
  return (float)((int)(four >> 4 * place & 15) - (int)(scale >> 16)) *
         fp16_to_float((unsigned short)scale);
}
