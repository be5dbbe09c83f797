// Sixteen bytes at a time, past the first-level cache or, as "cached", the ordinary way. Includes nothing, so that it compiles
// wherever NVRTC is.
#pragma once

struct __align__(16) Words {
  unsigned x, y, z, w;
};

// Read once, never written by the same kernel.
static __device__ __forceinline__ Words load_once(const Words* from) {
  Words v;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(from));
  return v;
}

// Written once, not read again by the same kernel.
static __device__ __forceinline__ void store_once(Words* to, Words v) {
  asm volatile("st.global.cs.v4.u32 [%0], {%1, %2, %3, %4};"
               :
               : "l"(to), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w)
               : "memory");
}

template <bool CACHED>
static __device__ __forceinline__ Words load_words(const Words* from) {
  return CACHED ? *from : load_once(from);
}

template <bool CACHED>
static __device__ __forceinline__ void store_words(Words* to, Words v) {
  if (CACHED) {
    *to = v;
  } else {
    store_once(to, v);
  }
}
