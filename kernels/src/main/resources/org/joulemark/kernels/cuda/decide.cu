// Looks at the activations of one call of a linear part and decides whether it runs in INT8.
//
// x:       [count]
// partial: [3, blocks]: of each block's share of x the sums of x^2 and x^4 and the largest |x|
// choice:  see struct Choice; its ticket and outliers are 0 before and after
// handle:  of the graph's conditional node that takes the decision; 0 for none
//
// INT8 is chosen where the share of |x| > 6 rms is at most outlierShare and the kurtosis
// mean(x^4) / mean(x^2)^2 is at most kurtosis; zeros alone have share 0 and kurtosis 0. Where a
// number is not finite the kurtosis is not a number, and INT8 is not chosen.
//
// decide_small: one block does it all. decide_sums, then decide_count: as many blocks as fit, each
// with a run of x; the second reads its run again only where it holds an outlier, and the last block
// decides. Sums are added in an order that does not change from call to call.
#include "element.cuh"
#include "graph.cuh"
#include "reduce.cuh"

#define OUTLIER_RMS 6.0

// What the host reads.
struct Choice {
  unsigned ticket;
  unsigned outliers;
  unsigned calls;
  unsigned int8Calls;
  // Of the latest call.
  float largest;
  float share;
  float kurtosis;
  unsigned int8;
};

struct Moments {
  double squares, fourths;
  float largest;
};

static __device__ __forceinline__ Moments block_moments(Moments mine) {
  __shared__ Moments all[32];
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
  __syncthreads();
#pragma unroll
  for (int step = 0; step < 2; step++) {
#pragma unroll
    for (int other = 16; other > 0; other /= 2) {
      mine.squares += __shfl_xor_sync(0xffffffffu, mine.squares, other);
      mine.fourths += __shfl_xor_sync(0xffffffffu, mine.fourths, other);
      mine.largest = fmaxf(mine.largest, __shfl_xor_sync(0xffffffffu, mine.largest, other));
    }
    if (step == 0) {
      if (lane == 0) all[warp] = mine;
      __syncthreads();
      const Moments none = {0, 0, 0};
      mine = lane < warps ? all[lane] : none;
    }
  }
  return mine;
}

static __device__ __forceinline__ void add_number(float value, float& squares, float& fourths,
                                                  float& largest) {
  const float square = value * value;
  squares += square;
  fourths += square * square;
  largest = fmaxf(largest, fabsf(value));
}

// Of x[first] to x[end - 1], in every thread; first is a multiple of WIDTH.
static __device__ __forceinline__ Moments moments_of(const Element* x, long long first,
                                                     long long end) {
  float squares = 0, fourths = 0, largest = 0;
  const long long whole = first + (end - first) / WIDTH * WIDTH;
  for (long long i = first + threadIdx.x * WIDTH; i < whole; i += blockDim.x * WIDTH) {
    float v[WIDTH];
    unpack(load_vector(x + i), v);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) add_number(v[j], squares, fourths, largest);
  }
  for (long long i = whole + threadIdx.x; i < end; i += blockDim.x) {
    add_number(to_float(x[i]), squares, fourths, largest);
  }
  const Moments mine = {squares, fourths, largest};
  return block_moments(mine);
}

// Numbers of x[first] to x[end - 1] with |x| > limit, in every thread.
static __device__ __forceinline__ unsigned outliers_of(const Element* x, long long first,
                                                       long long end, float limit) {
  unsigned count = 0;
  const long long whole = first + (end - first) / WIDTH * WIDTH;
  for (long long i = first + threadIdx.x * WIDTH; i < whole; i += blockDim.x * WIDTH) {
    float v[WIDTH];
    unpack(load_vector(x + i), v);
#pragma unroll
    for (int j = 0; j < WIDTH; j++) count += fabsf(v[j]) > limit;
  }
  for (long long i = whole + threadIdx.x; i < end; i += blockDim.x) {
    count += fabsf(to_float(x[i])) > limit;
  }
  // A block counts fewer than 2^24, which FP32 holds exactly.
  return (unsigned)block_sum((float)count);
}

static __device__ __forceinline__ float outlier_limit(Moments all, long long count) {
  return (float)(OUTLIER_RMS * sqrt(all.squares / count));
}

static __device__ __forceinline__ void choose(Choice* choice, Moments all, unsigned outliers,
                                              long long count, float outlierShare, float kurtosis,
                                              unsigned long long handle) {
  const double variance = all.squares / count;
  const float tails = all.squares == 0 ? 0 : (float)(all.fourths / count / (variance * variance));
  const float share = (float)outliers / (float)count;
  // False for a kurtosis that is not a number.
  const bool int8 = share <= outlierShare && tails <= kurtosis;
  choice->ticket = 0;
  choice->outliers = 0;
  choice->calls++;
  choice->int8Calls += int8;
  choice->largest = all.largest;
  choice->share = share;
  choice->kurtosis = tails;
  choice->int8 = int8;
  if (handle != 0) set_condition(handle, int8);
}

extern "C" __launch_bounds__(1024) __global__ void decide_small(const Element* x, long long count, Choice* choice,
                                                                float outlierShare, float kurtosis,
                                                                unsigned long long handle) {
  const Moments all = moments_of(x, 0, count);
  const float limit = outlier_limit(all, count);
  // The same in every thread.
  const unsigned outliers = all.largest > limit ? outliers_of(x, 0, count, limit) : 0;
  if (threadIdx.x == 0) choose(choice, all, outliers, count, outlierShare, kurtosis, handle);
}

static __device__ __forceinline__ long long run_of(long long count) {
  const long long run = (count + gridDim.x - 1) / gridDim.x;
  return (run + WIDTH - 1) / WIDTH * WIDTH;
}

static __device__ __forceinline__ long long at_most(long long value, long long most) {
  return value < most ? value : most;
}

extern "C" __launch_bounds__(256) __global__ void decide_sums(const Element* x, long long count, float* partial) {
  const long long first = at_most(blockIdx.x * run_of(count), count);
  const Moments mine = moments_of(x, first, at_most(first + run_of(count), count));
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = (float)mine.squares;
    partial[gridDim.x + blockIdx.x] = (float)mine.fourths;
    partial[2 * gridDim.x + blockIdx.x] = mine.largest;
  }
}

extern "C" __launch_bounds__(256) __global__ void decide_count(const Element* x, long long count, const float* partial,
                                                               Choice* choice, float outlierShare, float kurtosis,
                                                               unsigned long long handle) {
  __shared__ bool last;
  Moments all = {0, 0, 0};
  for (int i = threadIdx.x; i < gridDim.x; i += blockDim.x) {
    all.squares += partial[i];
    all.fourths += partial[gridDim.x + i];
    all.largest = fmaxf(all.largest, partial[2 * gridDim.x + i]);
  }
  all = block_moments(all);
  const float limit = outlier_limit(all, count);
  if (partial[2 * gridDim.x + blockIdx.x] > limit) {
    const long long first = at_most(blockIdx.x * run_of(count), count);
    const unsigned mine = outliers_of(x, first, at_most(first + run_of(count), count), limit);
    if (threadIdx.x == 0) atomicAdd(&choice->outliers, mine);
  }
  if (threadIdx.x == 0) {
    __threadfence();
    last = atomicAdd(&choice->ticket, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    __threadfence();
    const unsigned outliers = atomicAdd(&choice->outliers, 0u);
    choose(choice, all, outliers, count, outlierShare, kurtosis, handle);
  }
}
