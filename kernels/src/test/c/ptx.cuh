/* The host's version of the kernels' ptx.cuh, from the PTX ISA's description of each instruction. */
#pragma once

static inline float fp16_to_float(unsigned short bits) { _Float16 h; memcpy(&h, &bits, 2); return (float)h; }
static inline unsigned short float_to_fp16(float value) {
  _Float16 h = (_Float16)value;
  unsigned short bits;
  memcpy(&bits, &h, 2);
  return bits;
}
static inline float bf16_to_float(unsigned short bits) { return __uint_as_float((unsigned)bits << 16); }

static inline unsigned char *launched_shared() { return host::launched; }
static inline float power_of_two(float x) { return exp2f(x); }
static inline unsigned pair_fp16(float low, float high) { return float_to_fp16(low) | (unsigned)float_to_fp16(high) << 16; }
static inline unsigned short to_bf16(float value) {
  const unsigned bits = __float_as_uint(value);
  return value != value ? 0x7fff : (unsigned short)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
static inline unsigned pair_bf16(float low, float high) { return to_bf16(low) | (unsigned)to_bf16(high) << 16; }

/* A copy is made when it is waited for: what reads before that sees what was there. */
static inline void begin_copy(void *shared, const void *global, bool there) {
  if ((uintptr_t)shared % 16 || (uintptr_t)global % 16) { fprintf(stderr, "cp.async that is not aligned\n"); abort(); }
  host::pending[threadIdx.x].push_back({shared, there ? global : 0});
}
static inline void await_copies() {
  for (const host::Copy &copy : host::pending[threadIdx.x]) {
    if (copy.from) memcpy(copy.to, copy.from, 16);
    else memset(copy.to, 0, 16);
  }
  host::pending[threadIdx.x].clear();
}

static inline void load_matrices(unsigned *matrices, const void *row) {
  if ((uintptr_t)row % 16) { fprintf(stderr, "ldmatrix of a row that is not aligned\n"); abort(); }
  const unsigned lane = threadIdx.x % 32;
  host::Warp warp = host::give(row);
  for (unsigned i = 0; i < 4; i++) {
    const unsigned short *from = warp.of<const unsigned short *>(8 * i + lane / 4);
    matrices[i] = from[2 * (lane % 4)] | (unsigned)from[2 * (lane % 4) + 1] << 16;
  }
}
static inline void load_matrices_transposed(unsigned *matrices, const void *row) {
  if ((uintptr_t)row % 16) { fprintf(stderr, "ldmatrix of a row that is not aligned\n"); abort(); }
  const unsigned lane = threadIdx.x % 32;
  host::Warp warp = host::give(row);
  for (unsigned i = 0; i < 4; i++) {
    const unsigned short *even = warp.of<const unsigned short *>(8 * i + 2 * (lane % 4));
    const unsigned short *odd = warp.of<const unsigned short *>(8 * i + 2 * (lane % 4) + 1);
    matrices[i] = even[lane / 4] | (unsigned)odd[lane / 4] << 16;
  }
}
struct Fragments { unsigned a[4], b[2]; };
template <class Decode> static void multiply(float *c, const unsigned *a, unsigned b0, unsigned b1, Decode decode) {
  const unsigned lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  host::Warp warp = host::give(Fragments{{a[0], a[1], a[2], a[3]}, {b0, b1}});
  for (unsigned i = 0; i < 4; i++) {
    const unsigned row = g + 8 * (i / 2), column = 2 * t + i % 2;
    float sum = c[i];
    for (unsigned k = 0; k < 16; k++) {
      const Fragments left = warp.of<Fragments>(row % 8 * 4 + k % 8 / 2);
      const Fragments right = warp.of<Fragments>(column * 4 + k % 8 / 2);
      const unsigned x = left.a[row / 8 + 2 * (k / 8)] >> 16 * (k % 2);
      const unsigned y = right.b[k / 8] >> 16 * (k % 2);
      sum += decode((unsigned short)x) * decode((unsigned short)y);
    }
    c[i] = sum;
  }
}
static inline void multiply_fp16(float *c, const unsigned *a, unsigned b0, unsigned b1) { multiply(c, a, b0, b1, fp16_to_float); }
static inline void multiply_bf16(float *c, const unsigned *a, unsigned b0, unsigned b1) { multiply(c, a, b0, b1, bf16_to_float); }
