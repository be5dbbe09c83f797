// What a kernel tells the graph that it runs in. The driver itself holds the function and gives it to
// every module that asks for it, so nothing is linked.
#pragma once

#ifndef HOST_KERNEL
extern "C" __device__ void cudaGraphSetConditional(unsigned long long handle, unsigned value);
#endif

// Decides a conditional node of the running graph.
static __device__ __forceinline__ void set_condition(unsigned long long handle, unsigned value) {
  cudaGraphSetConditional(handle, value);
}
