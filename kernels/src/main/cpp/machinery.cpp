// The C++ twin of the machinery benchmarks: the same four calls of the driver in a loop, without a
// JVM. What Java takes longer is the cost of JavaCPP.
//
//   nvcc -O3 -o machinery machinery.cpp -lcuda        (or: g++ -O3 -I$CUDA_HOME/include … -lcuda)
//   ./machinery
//
// Prints one row for each call: name, nanoseconds per call (median of the rounds).
#include <cuda.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

static void check(CUresult code, const char* call) {
  if (code == CUDA_SUCCESS) return;
  const char* text = "";
  cuGetErrorString(code, &text);
  std::fprintf(stderr, "%s failed with code %d: %s\n", call, code, text);
  std::exit(1);
}
#define CHECK(call) check(call, #call)

// An empty kernel as PTX, so that no device compiler is needed; the driver compiles it.
static const char* const EMPTY =
    ".version 6.3\n.target sm_70\n.address_size 64\n.visible .entry empty() { ret; }\n";

// As in the Java benchmark, a bounded number of calls is in flight; the wait is part of the round.
static void measure(const char* name, CUstream stream, const std::function<void()>& call) {
  const int rounds = 21, calls = 2000;
  std::vector<double> nanoseconds;
  for (int round = 0; round < rounds; round++) {
    CHECK(cuStreamSynchronize(stream));
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; i++) call();
    const auto end = std::chrono::steady_clock::now();
    nanoseconds.push_back(std::chrono::duration<double, std::nano>(end - begin).count() / calls);
  }
  CHECK(cuStreamSynchronize(stream));
  std::nth_element(nanoseconds.begin(), nanoseconds.begin() + rounds / 2, nanoseconds.end());
  std::printf("%-16s %10.1f ns\n", name, nanoseconds[rounds / 2]);
}

int main() {
  CHECK(cuInit(0));
  CUdevice device;
  CHECK(cuDeviceGet(&device, 0));
  CUcontext context;
  CHECK(cuDevicePrimaryCtxRetain(&context, device));
  CHECK(cuCtxSetCurrent(context));
  CUstream stream;
  CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  CUmodule module;
  CHECK(cuModuleLoadData(&module, EMPTY));
  CUfunction empty;
  CHECK(cuModuleGetFunction(&empty, module, "empty"));
  CUevent event;
  CHECK(cuEventCreate(&event, CU_EVENT_BLOCKING_SYNC));

  CHECK(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
  CHECK(cuLaunchKernel(empty, 1, 1, 1, 32, 1, 1, 0, stream, nullptr, nullptr));
  CUgraph graph;
  CHECK(cuStreamEndCapture(stream, &graph));
  CUgraphExec replay;
  CHECK(cuGraphInstantiate(&replay, graph, 0));
  CHECK(cuGraphUpload(replay, stream));

  int version;
  measure("driver_call", stream, [&] { CHECK(cuDriverGetVersion(&version)); });
  measure("kernel_launch", stream,
          [&] { CHECK(cuLaunchKernel(empty, 1, 1, 1, 32, 1, 1, 0, stream, nullptr, nullptr)); });
  measure("event_record", stream, [&] { CHECK(cuEventRecord(event, stream)); });
  measure("graph_replay", stream, [&] { CHECK(cuGraphLaunch(replay, stream)); });

  CHECK(cuGraphExecDestroy(replay));
  CHECK(cuGraphDestroy(graph));
  CHECK(cuEventDestroy(event));
  CHECK(cuModuleUnload(module));
  CHECK(cuStreamDestroy(stream));
  CHECK(cuDevicePrimaryCtxRelease(device));
  return 0;
}
