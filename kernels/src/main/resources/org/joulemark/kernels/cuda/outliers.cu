// Finds outlier columns and multiplies them in the storage format (LLM.int8(), Dettmers et al.,
// arXiv 2208.07339); quantize_rows.cu makes the codes of the other columns.
//
// x:        [rows, columns]
// marks:    a bit for each column, WIDTH of them in a word; at least as many words as the blocks of
//           outliers_mark have lanes, what is beyond the columns 0
// outliers: see outliers.cuh
// gathered: [rows, MOST], the outlier columns of x, zeros beyond their count
// codes:    [channels, pitch], with a scale for each channel: the weights
//
// outliers_mark, then outliers_list. Then, after the INT8 product has written y [rows, channels],
// outliers_add for few rows; for many outliers_weights, and a product of cuBLASLt that adds to y.
#include "codes.cuh"
#include "outliers.cuh"

// Vectors of a row that a block takes, which are 128 bytes.
#define LANES 8

extern "C" __launch_bounds__(1024) __global__ void outliers_mark(const Element* x, int rows,
                                                                 int columns, float threshold,
                                                                 unsigned* marks) {
  __shared__ unsigned found[LANES];
  const int lane = threadIdx.x % LANES, i = blockIdx.x * LANES + lane;
  if (threadIdx.x < LANES) found[threadIdx.x] = 0;
  __syncthreads();
  unsigned mark = 0;
  if (i * WIDTH < columns) {
    const int step = blockDim.x / LANES;
#pragma unroll 4
    for (int row = threadIdx.x / LANES; row < rows; row += step) {
      float v[WIDTH];
      unpack(load_row(x + (long long)row * columns, i, columns), v);
#pragma unroll
      for (int j = 0; j < WIDTH; j++) mark |= (unsigned)(fabsf(v[j]) > threshold) << j;
    }
  }
  if (mark != 0) atomicOr(&found[lane], mark);
  __syncthreads();
  if (threadIdx.x < LANES) marks[i] = found[lane];
}

// One block of 1024 threads, each with a run of words. Marks beyond the first MOST are taken back.
extern "C" __launch_bounds__(1024) __global__ void outliers_list(unsigned* marks, int words,
                                                                 Outliers* outliers) {
  __shared__ int upTo[1024];
  const int run = (words + 1023) / 1024, first = min((int)threadIdx.x * run, words);
  const int end = min(first + run, words);
  int mine = 0;
  for (int i = first; i < end; i++) mine += __popc(marks[i]);
  upTo[threadIdx.x] = mine;
  for (int step = 1; step < 1024; step *= 2) {
    __syncthreads();
    const int before = (int)threadIdx.x >= step ? upTo[threadIdx.x - step] : 0;
    __syncthreads();
    upTo[threadIdx.x] += before;
  }
  int rank = upTo[threadIdx.x] - mine;
  for (int i = first; mine > 0 && i < end; i++) {
    unsigned kept = marks[i];
    for (int j = 0; j < WIDTH; j++) {
      if ((marks[i] >> j & 1) == 0) continue;
      if (rank < MOST) {
        outliers->column[rank] = i * WIDTH + j;
      } else {
        kept &= ~(1u << j);
      }
      rank++;
    }
    marks[i] = kept;
  }
  if (threadIdx.x == 1023) {
    const int count = min(upTo[1023], MOST);
    outliers->count = count;
    outliers->calls++;
    outliers->columns += count;
  }
}

// An outlier column's weight in the storage format.
static __device__ __forceinline__ float weight_at(const signed char* codes, int pitch,
                                                  const float* scales, long long channel,
                                                  int column) {
  return to_float(to_element((float)codes[channel * pitch + column] * scales[channel]));
}

// weights: [channels, MOST], zeros beyond the count. A thread writes a vector.
extern "C" __launch_bounds__(256) __global__ void outliers_weights(const signed char* codes,
                                                                   int pitch, const float* scales,
                                                                   int channels,
                                                                   const Outliers* outliers,
                                                                   Element* weights) {
  const int perChannel = MOST / WIDTH, count = outliers->count;
  const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  const long long channel = i / perChannel;
  if (channel >= channels) return;
  const int first = (int)(i % perChannel) * WIDTH;
  float v[WIDTH];
#pragma unroll
  for (int j = 0; j < WIDTH; j++) {
    v[j] = first + j < count
               ? weight_at(codes, pitch, scales, channel, outliers->column[first + j])
               : 0.0f;
  }
  store_vector(weights + i * WIDTH, pack(v));
}

// y += gathered * weights^T; a warp for each channel.
extern "C" __launch_bounds__(256) __global__ void outliers_add(const Element* gathered, int rows,
                                                               const signed char* codes, int pitch,
                                                               const float* scales, int channels,
                                                               const Outliers* outliers,
                                                               Element* y) {
  const int lane = threadIdx.x % 32, count = outliers->count;
  const int channel = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
  if (channel >= channels || count == 0) return;
  float w[MOST / 32];
#pragma unroll
  for (int p = 0; p < MOST / 32; p++) {
    const int c = lane + 32 * p;
    w[p] = c < count ? weight_at(codes, pitch, scales, channel, outliers->column[c]) : 0.0f;
  }
  for (int row = 0; row < rows; row++) {
    float sum = 0;
#pragma unroll
    for (int p = 0; p < MOST / 32; p++) {
      sum = fmaf(w[p], to_float(gathered[row * MOST + lane + 32 * p]), sum);
    }
    sum = warp_sum(sum);
    const long long at = (long long)row * channels + channel;
    if (lane == 0) y[at] = to_element(to_float(y[at]) + sum);
  }
}
