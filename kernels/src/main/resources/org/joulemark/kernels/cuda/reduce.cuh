// Sums and maxima over warps and blocks.
#pragma once

static __device__ __forceinline__ float warp_sum(float value) {
#pragma unroll
  for (int lane = 16; lane > 0; lane /= 2) value += __shfl_xor_sync(0xffffffffu, value, lane);
  return value;
}

static __device__ __forceinline__ float warp_max(float value) {
#pragma unroll
  for (int lane = 16; lane > 0; lane /= 2) {
    value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, lane));
  }
  return value;
}

// Over a block of whole warps, the same in every thread. May be called again at once.
static __device__ __forceinline__ float block_sum(float value) {
  __shared__ float sums[32];
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
  value = warp_sum(value);
  // Nobody reads an earlier call's sums any more.
  __syncthreads();
  if (lane == 0) sums[warp] = value;
  __syncthreads();
  return warp_sum(lane < warps ? sums[lane] : 0.0f);
}

// The same of a maximum of numbers that are at least 0.
static __device__ __forceinline__ float block_max(float value) {
  __shared__ float maxima[32];
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
  value = warp_max(value);
  __syncthreads();
  if (lane == 0) maxima[warp] = value;
  __syncthreads();
  return warp_max(lane < warps ? maxima[lane] : 0.0f);
}
