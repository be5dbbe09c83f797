/* Runs a CUDA kernel on the host: every thread of a block is a fiber, blocks run one after another.
 * Barriers and exchanges within a warp are real: a fiber waits until the others of its block or
 * warp have come to the same point, and a block in which they never do is reported and ended. */
#pragma once
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <type_traits>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __restrict__
#define __expf expf
#define __CUDA_ARCH__ 900
#define HOST_KERNEL

struct Index { unsigned x, y, z; };
static Index threadIdx, blockIdx, blockDim, gridDim;

namespace host {
enum State { READY, AT_BLOCK, AT_WARP, DONE };
struct Exchange { unsigned char bytes[2][64]; unsigned turn; };
struct Fiber { ucontext_t context; jmp_buf place; bool started; State state; Exchange exchange; };
static const size_t STACK = 64 << 10;
static Fiber *fibers;
static jmp_buf scheduler;
static unsigned running;
static void (*body)(void *);
static void *body_data;
/* What the launch gave, and behind it bytes that nobody may touch. */
static unsigned char *launched;
static unsigned launched_bytes;
static const unsigned FENCE = 256;
/* Copies that a thread began and has not waited for. */
struct Copy { void *to; const void *from; };
static std::vector<Copy> pending[1024];

static void wait_at(State state) {
  Fiber &self = fibers[running];
  self.state = state;
  if (!_setjmp(self.place)) _longjmp(scheduler, 1);
}
/* A fiber lives as long as the process and runs one thread after another. */
static void run_fiber() {
  for (;;) {
    body(body_data);
    wait_at(DONE);
  }
}
static __attribute__((noinline)) void resume(unsigned thread) {
  running = thread;
  threadIdx.x = thread;
  if (_setjmp(scheduler)) return;
  if (fibers[thread].started) _longjmp(fibers[thread].place, 1);
  fibers[thread].started = true;
  setcontext(&fibers[thread].context);
}
/* Lets every fiber of a group that has come to the point go on, if all have that have not ended. */
static bool release(unsigned from, unsigned to, State state) {
  bool any = false;
  for (unsigned i = from; i < to; i++) {
    if (fibers[i].state != state && fibers[i].state != DONE) return false;
    any |= fibers[i].state == state;
  }
  for (unsigned i = from; any && i < to; i++) if (fibers[i].state == state) fibers[i].state = READY;
  return any;
}
static void run_block(unsigned threads) {
  if (!fibers) {
    fibers = (Fiber *)calloc(1024, sizeof *fibers);
    unsigned char *stacks = (unsigned char *)malloc(1024 * STACK);
    for (unsigned i = 0; i < 1024; i++) {
      getcontext(&fibers[i].context);
      fibers[i].context.uc_stack.ss_sp = stacks + i * STACK;
      fibers[i].context.uc_stack.ss_size = STACK;
      makecontext(&fibers[i].context, run_fiber, 0);
    }
  }
  for (unsigned i = 0; i < threads; i++) {
    fibers[i].state = READY;
    fibers[i].exchange.turn = 0;
  }
  for (;;) {
    bool progress = false, alive = false;
    for (unsigned i = 0; i < threads; i++) {
      if (fibers[i].state != READY) continue;
      resume(i);
      progress = true;
    }
    for (unsigned w = 0; w < threads; w += 32) progress |= release(w, w + 32 < threads ? w + 32 : threads, AT_WARP);
    progress |= release(0, threads, AT_BLOCK);
    for (unsigned i = 0; i < threads; i++) alive |= fibers[i].state != DONE;
    if (!alive) break;
    if (!progress) {
      fprintf(stderr, "A block of a kernel waits for threads that will never come.\n");
      abort();
    }
  }
  for (unsigned i = 0; i < threads; i++) {
    if (!pending[i].empty()) { fprintf(stderr, "A thread ended before its copies had come.\n"); abort(); }
  }
  for (unsigned i = 0; i < FENCE; i++) {
    if (launched[launched_bytes + i] != 0xa5) { fprintf(stderr, "A kernel wrote behind its shared memory.\n"); abort(); }
  }
}
/* What lane `lane` of the caller's warp gave at this exchange; every lane must give. */
struct Warp {
  unsigned first, turn;
  template <class T> T of(unsigned lane) const {
    T value;
    memcpy(&value, fibers[first + lane].exchange.bytes[turn], sizeof value);
    return value;
  }
};
template <class T> static Warp give(const T &mine) {
  static_assert(sizeof(T) <= 64, "an exchange holds 64 bytes");
  Exchange &e = fibers[running].exchange;
  const unsigned turn = e.turn & 1;
  e.turn++;
  memcpy(e.bytes[turn], &mine, sizeof mine);
  wait_at(AT_WARP);
  return Warp{running / 32 * 32, turn};
}

template <class... A, size_t... I>
static void call(void (*kernel)(A...), void **arguments, std::index_sequence<I...>) {
  kernel(*(typename std::remove_cv<A>::type *)arguments[I]...);
}
template <class... A> struct Call {
  void (*kernel)(A...);
  void **arguments;
  static void run(void *data) {
    Call *c = (Call *)data;
    call(c->kernel, c->arguments, std::index_sequence_for<A...>());
  }
};
template <class... A> static void launch(void (*kernel)(A...), unsigned blocks, unsigned threads, unsigned shared,
                                         void **arguments) {
  launched = (unsigned char *)realloc(launched, shared + FENCE);
  launched_bytes = shared;
  memset(launched, 0xa5, shared + FENCE);
  Call<A...> c = {kernel, arguments};
  body = Call<A...>::run;
  body_data = &c;
  blockDim = {threads, 1, 1};
  gridDim = {blocks, 1, 1};
  for (unsigned b = 0; b < blocks; b++) {
    blockIdx = {b, 0, 0};
    run_block(threads);
  }
}
template <class... A> static unsigned count(void (*)(A...)) { return sizeof...(A); }
template <class... A> static void sizes(void (*)(A...), unsigned char *into) {
  const unsigned char all[] = {(unsigned char)sizeof(A)..., 0};
  memcpy(into, all, sizeof...(A));
}
}  // namespace host

static inline void __syncthreads() { host::wait_at(host::AT_BLOCK); }
static inline void __syncwarp(unsigned = ~0u) { host::wait_at(host::AT_WARP); }
template <class T> static T __shfl_xor_sync(unsigned, T value, int lane) {
  const unsigned self = threadIdx.x % 32;
  return host::give(value).template of<T>(self ^ (unsigned)lane);
}
static inline int __any_sync(unsigned, int predicate) {
  host::Warp warp = host::give(predicate);
  int any = 0;
  for (unsigned lane = 0; lane < 32; lane++) any |= warp.of<int>(lane);
  return any != 0;
}
static inline float __uint_as_float(unsigned bits) { float f; memcpy(&f, &bits, 4); return f; }
static inline unsigned __float_as_uint(float f) { unsigned bits; memcpy(&bits, &f, 4); return bits; }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
static inline void __threadfence() {}
static inline unsigned atomicAdd(unsigned *to, unsigned value) { const unsigned before = *to; *to += value; return before; }
static inline unsigned atomicOr(unsigned *to, unsigned value) { const unsigned before = *to; *to |= value; return before; }
static inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
/* The stand-in for the driver gives the address of a condition as its handle. */
static inline void cudaGraphSetConditional(unsigned long long handle, unsigned value) { *(unsigned *)(uintptr_t)handle = value; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fdividef(float a, float b) { return a / b; }
static inline int atomicAdd(int *at, int value) { const int old = *at; *at += value; return old; }
