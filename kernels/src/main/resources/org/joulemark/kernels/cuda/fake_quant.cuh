// A symmetric INT8 code of v / s, and the derivative of s * code by s.
#pragma once

static __device__ __forceinline__ float code_of(float steps) {
  return fminf(fmaxf(rintf(steps), -127.0f), 127.0f);
}

static __device__ __forceinline__ bool is_inside(float steps) {
  return fabsf(steps) <= 127.0f;
}

static __device__ __forceinline__ float slope_of(float steps) {
  return is_inside(steps) ? code_of(steps) - steps : code_of(steps);
}
