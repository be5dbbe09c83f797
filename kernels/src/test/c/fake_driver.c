/* A libcuda.so.1 for machines without a GPU: device memory is host memory, work runs when it is
 * enqueued, a capture records it for replay. It holds what the engine calls, checks what it is
 * given where a real driver would, and simulates one device with a small last-level cache.
 *
 * FAKE_CUDA_FREE_BYTES sets the free memory, FAKE_CUDA_DEVICES the number of devices (default 1),
 * FAKE_CUDA_DRIVER the driver's CUDA version (default 13000), FAKE_CUDA_LAUNCHES a file that the name of
 * each kernel is appended to when it runs, FAKE_CUDA_FAIL the name of a call that fails, FAKE_CUDA_LEFT a
 * file for the number of things that were made and not freed when the process ends. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef int CUresult;
enum { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, INVALID_CONTEXT = 201 };

typedef struct Op { void (*run)(void *); void *data; struct Op *next; } Op;
typedef struct Condition { unsigned value, otherwise; int assigned, used; struct Graph *graph; struct Condition *next; } Condition;
typedef struct Graph { Op *first, **last, *tail; int count; Condition *conditions; } Graph;
typedef struct Stream { Graph *capturing; } Stream;
typedef struct Event { double seconds; int recorded; } Event;

static __thread int current;
static size_t used;
static const size_t TOTAL = (size_t)64 << 30;

static long setting(const char *name, long otherwise) {
  const char *value = getenv(name);
  return value ? atol(value) : otherwise;
}

/* Whether a call is the one that is to fail. */
int fake_fails(const char *call) {
  const char *failing = getenv("FAKE_CUDA_FAIL");
  return failing && !strcmp(failing, call);
}

/* Counts what is made (1) and freed (-1). */
static int left;
void fake_count(int change) { left += change; }
__attribute__((destructor)) static void note_left(void) {
  const char *path = getenv("FAKE_CUDA_LEFT");
  int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
  if (path && (file < 0 || dprintf(file, "%d\n", left) < 0)) abort();
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static Op *append(Graph *g, void (*run)(void *), const void *data, size_t size) {
  Op *op = calloc(1, sizeof *op);
  op->run = run;
  op->data = malloc(size);
  memcpy(op->data, data, size);
  *g->last = op;
  g->last = &op->next;
  g->tail = op;
  g->count++;
  return op;
}
static Graph *new_graph(void) {
  Graph *g = calloc(1, sizeof *g);
  g->last = &g->first;
  return g;
}
static void run_graph(Graph *g) {
  for (Condition *c = g->conditions; c; c = c->next) if (c->assigned) c->value = c->otherwise;
  for (Op *op = g->first; op; op = op->next) op->run(op->data);
}

/* Runs an operation now, or keeps it where a capture is under way; copies its data. */
CUresult fake_enqueue(void *stream, void (*run)(void *), const void *data, size_t size) {
  Stream *s = stream;
  if (!s || !current) return INVALID_CONTEXT;
  if (!s->capturing) {
    run((void *)data);
    return OK;
  }
  append(s->capturing, run, data, size);
  return OK;
}

CUresult cuInit(unsigned flags) { return flags ? INVALID_VALUE : OK; }
CUresult cuDriverGetVersion(int *version) { *version = setting("FAKE_CUDA_DRIVER", 13000); return OK; }
CUresult cuDeviceGetCount(int *count) { *count = setting("FAKE_CUDA_DEVICES", 1); return OK; }
CUresult cuDeviceGet(int *device, int ordinal) { *device = ordinal; return OK; }
CUresult cuDeviceGetName(char *name, int length, int device) {
  snprintf(name, length, "Fake GPU %d", device);
  return OK;
}
CUresult cuDeviceGetPCIBusId(char *id, int length, int device) {
  snprintf(id, length, "0000:%02x:00.0", device + 1);
  return OK;
}
CUresult cuDeviceGetUuid_v2(void *uuid, int device) {
  memset(uuid, 0x10 + device, 16);
  return OK;
}
CUresult cuDeviceGetAttribute(int *value, int attribute, int device) {
  (void)device;
  switch (attribute) {
    case 16: *value = 4; return OK;         /* multiprocessors */
    case 38: *value = 256 << 10; return OK; /* L2 bytes */
    case 39: *value = 2048; return OK;      /* threads per multiprocessor */
    case 75: *value = 9; return OK;
    case 76: *value = 0; return OK;
    default: return INVALID_VALUE;
  }
}
CUresult cuDeviceTotalMem_v2(size_t *bytes, int device) { (void)device; *bytes = TOTAL; return OK; }
CUresult cuDevicePrimaryCtxRetain(void **context, int device) {
  *context = (void *)(intptr_t)(device + 1);
  fake_count(1);
  return OK;
}
CUresult cuDevicePrimaryCtxRelease_v2(int device) { (void)device; fake_count(-1); return OK; }
CUresult cuCtxSetCurrent(void *context) { current = context != 0; return OK; }

CUresult cuMemGetInfo_v2(size_t *free, size_t *total) {
  if (!current) return INVALID_CONTEXT;
  *free = (size_t)setting("FAKE_CUDA_FREE_BYTES", (long)((size_t)8 << 30)) - used;
  *total = TOTAL;
  return OK;
}
CUresult cuMemAlloc_v2(uint64_t *address, size_t bytes) {
  if (!current) return INVALID_CONTEXT;
  if (!bytes) return INVALID_VALUE;
  size_t free, total;
  cuMemGetInfo_v2(&free, &total);
  if (bytes > free) return OUT_OF_MEMORY;
  size_t *block = aligned_alloc(256, (bytes + 256 + 255) / 256 * 256);
  if (!block) return OUT_OF_MEMORY;
  *block = bytes;
  used += bytes;
  fake_count(1);
  *address = (uint64_t)(uintptr_t)block + 256;
  return OK;
}
CUresult cuMemFree_v2(uint64_t address) {
  size_t *block = (size_t *)(uintptr_t)(address - 256);
  used -= *block;
  free(block);
  fake_count(-1);
  return OK;
}
CUresult cuMemHostAlloc(void **out, size_t bytes, unsigned flags) {
  (void)flags;
  *out = bytes ? aligned_alloc(4096, (bytes + 4095) / 4096 * 4096) : NULL;
  if (!*out) return INVALID_VALUE;
  fake_count(1);
  return OK;
}
CUresult cuMemFreeHost(void *memory) { free(memory); fake_count(-1); return OK; }

typedef struct Copy { void *to; const void *from; size_t bytes; } Copy;
static void copy(void *data) { Copy *c = data; memcpy(c->to, c->from, c->bytes); }
static CUresult enqueue_copy(void *to, const void *from, size_t bytes, void *stream) {
  Copy c = {to, from, bytes};
  return fake_enqueue(stream, copy, &c, sizeof c);
}
CUresult cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream) {
  return enqueue_copy((void *)(uintptr_t)to, from, bytes, stream);
}
CUresult cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream) {
  return enqueue_copy(to, (void *)(uintptr_t)from, bytes, stream);
}
CUresult cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void *stream) {
  return enqueue_copy((void *)(uintptr_t)to, (void *)(uintptr_t)from, bytes, stream);
}
typedef struct Fill { void *to; uint32_t value; size_t count; int width; } Fill;
static void fill(void *data) {
  Fill *f = data;
  if (f->width == 1) memset(f->to, (int)f->value, f->count);
  else for (size_t i = 0; i < f->count; i++) ((uint32_t *)f->to)[i] = f->value;
}
CUresult cuMemsetD8Async(uint64_t to, unsigned char value, size_t count, void *stream) {
  Fill f = {(void *)(uintptr_t)to, value, count, 1};
  return fake_enqueue(stream, fill, &f, sizeof f);
}
CUresult cuMemsetD32Async(uint64_t to, unsigned value, size_t count, void *stream) {
  Fill f = {(void *)(uintptr_t)to, value, count, 4};
  return fake_enqueue(stream, fill, &f, sizeof f);
}

CUresult cuStreamCreate(void **stream, unsigned flags) {
  (void)flags;
  if (!current) return INVALID_CONTEXT;
  *stream = calloc(1, sizeof(Stream));
  fake_count(1);
  return OK;
}
CUresult cuStreamDestroy_v2(void *stream) { free(stream); fake_count(-1); return OK; }
CUresult cuStreamSynchronize(void *stream) { return stream && !((Stream *)stream)->capturing ? OK : 900; }
CUresult cuStreamBeginCapture_v2(void *stream, int mode) {
  (void)mode;
  if (((Stream *)stream)->capturing) return 901;
  ((Stream *)stream)->capturing = new_graph();
  fake_count(1);
  return OK;
}
CUresult cuStreamIsCapturing(void *stream, int *status) { *status = ((Stream *)stream)->capturing != NULL; return OK; }
CUresult cuStreamGetCaptureInfo_v3(void *stream, int *status, uint64_t *id, void **graph, const void ***nodes,
                                   const void **edges, size_t *count) {
  Graph *g = ((Stream *)stream)->capturing;
  *status = g != NULL;
  if (id) *id = 1;
  if (graph) *graph = g;
  if (edges) *edges = NULL;
  if (nodes) *nodes = g ? (const void **)&g->tail : NULL;
  if (count) *count = g && g->tail;
  return OK;
}
/* What is captured must follow what the graph holds already: nothing here runs side by side. */
CUresult cuStreamBeginCaptureToGraph(void *stream, void *graph, void *const *nodes, const void *edges, size_t count,
                                     int mode) {
  (void)mode;
  Graph *g = graph;
  if (((Stream *)stream)->capturing) return 901;
  if (!g || edges || count != (g->tail != NULL) || (count && nodes[0] != g->tail)) return INVALID_VALUE;
  ((Stream *)stream)->capturing = g;
  return OK;
}
CUresult cuGraphConditionalHandleCreate(uint64_t *handle, void *graph, void *context, unsigned otherwise, unsigned flags) {
  if (!graph || !context || flags > 1) return INVALID_VALUE;
  Condition *c = calloc(1, sizeof *c);
  *c = (Condition){0, otherwise, (int)flags, 0, graph, ((Graph *)graph)->conditions};
  ((Graph *)graph)->conditions = c;
  *handle = (uint64_t)(uintptr_t)c; /* value is first: cudaGraphSetConditional of host_kernel.h writes there */
  return OK;
}
typedef struct Branch { Condition *condition; Graph *bodies[2]; } Branch;
static void run_branch(void *data) {
  Branch *b = data;
  Graph *body = b->bodies[b->condition->value ? 0 : 1];
  if (body) run_graph(body);
}
typedef struct NodeParams {
  int type, reserved[3];
  uint64_t handle;
  int condition_type;
  unsigned size;
  void **graphs;
  void *context;
} NodeParams;
CUresult cuGraphAddNode_v2(void **node, void *graph, void *const *nodes, const void *edges, size_t count, NodeParams *p) {
  Graph *g = graph;
  if (!g || edges || p->type != 13 || p->condition_type != 0 || p->size < 1 || p->size > 2 || !p->context) return INVALID_VALUE;
  if (count != (g->tail != NULL) || (count && nodes[0] != g->tail)) return INVALID_VALUE;
  Condition *c = (Condition *)(uintptr_t)p->handle;
  if (!c || c->graph != g || c->used) return INVALID_VALUE;
  c->used = 1;
  Branch b = {c, {new_graph(), p->size == 2 ? new_graph() : NULL}};
  void **graphs = calloc(2, sizeof *graphs);
  for (int i = 0; i < 2; i++) graphs[i] = b.bodies[i];
  p->graphs = graphs;
  *node = append(g, run_branch, &b, sizeof b);
  return OK;
}
CUresult cuStreamEndCapture(void *stream, void **graph) {
  *graph = ((Stream *)stream)->capturing;
  ((Stream *)stream)->capturing = NULL;
  return *graph ? OK : INVALID_VALUE;
}

CUresult cuEventCreate(void **event, unsigned flags) {
  (void)flags;
  *event = calloc(1, sizeof(Event));
  fake_count(1);
  return OK;
}
CUresult cuEventDestroy_v2(void *event) { free(event); fake_count(-1); return OK; }
CUresult cuEventRecord(void *event, void *stream) {
  if (!stream || !current) return INVALID_CONTEXT;
  ((Event *)event)->seconds = now();
  ((Event *)event)->recorded = 1;
  return OK;
}
CUresult cuEventQuery(void *event) { return ((Event *)event)->recorded ? OK : 600; }
CUresult cuEventSynchronize(void *event) { (void)event; return OK; }
CUresult cuEventElapsedTime_v2(float *milliseconds, void *from, void *to) {
  if (!((Event *)from)->recorded || !((Event *)to)->recorded) return 400;
  *milliseconds = (float)((((Event *)to)->seconds - ((Event *)from)->seconds) * 1e3);
  return OK;
}

CUresult cuGraphInstantiateWithFlags(void **executable, void *graph, unsigned long long flags) {
  (void)flags;
  if (fake_fails("cuGraphInstantiate")) return INVALID_VALUE;
  Graph *copy = malloc(sizeof *copy);
  *copy = *(Graph *)graph;
  *executable = copy;
  fake_count(1);
  return OK;
}
CUresult cuGraphDestroy(void *graph) { free(graph); fake_count(-1); return OK; }
CUresult cuGraphExecDestroy(void *executable) { free(executable); fake_count(-1); return OK; }
CUresult cuGraphUpload(void *executable, void *stream) {
  return executable && stream && !fake_fails("cuGraphUpload") ? OK : INVALID_VALUE;
}
CUresult cuGraphLaunch(void *executable, void *stream) {
  if (!executable || !stream || !current) return INVALID_VALUE;
  run_graph(executable);
  return OK;
}

/* A module is a library for the host that fake_nvrtc made, or any other bytes: then a function is its
 * name, and a launch does what the kernel's header says. */
typedef struct Module { void *library; } Module;
CUresult cuModuleLoadData(void **module, const void *image) {
  if (!image) return INVALID_VALUE;
  Module *m = calloc(1, sizeof *m);
  if (!memcmp(image, ELFMAG, SELFMAG)) {
    const Elf64_Ehdr *header = image;
    char path[] = "/tmp/fake-module-XXXXXX";
    int file = mkstemp(path);
    size_t size = header->e_shoff + (size_t)header->e_shnum * header->e_shentsize;
    if (file < 0 || write(file, image, size) != (ssize_t)size || close(file)) return INVALID_VALUE;
    m->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!m->library) fprintf(stderr, "%s\n", dlerror());
    unlink(path);
    if (!m->library) return INVALID_VALUE;
  }
  *module = m;
  fake_count(1);
  return OK;
}
CUresult cuModuleUnload(void *module) {
  Module *m = module;
  if (!m) return INVALID_VALUE;
  if (m->library) dlclose(m->library);
  free(m);
  fake_count(-1);
  return OK;
}
typedef void Launcher(unsigned blocks, unsigned threads, unsigned shared, void **arguments);
typedef struct Function {
  char name[64];
  unsigned most_shared;
  Launcher *launcher;
  unsigned count;
  unsigned char sizes[32];
} Function;
static void *symbol(Module *m, const char *prefix, const char *name) {
  char full[128];
  snprintf(full, sizeof full, "%s_%s", prefix, name);
  return dlsym(m->library, full);
}
CUresult cuModuleGetFunction(void **function, void *module, const char *name) {
  static const char *const known[] = {"empty", "read_4", "read_8", "write_4", "write_8", "copy_4", "copy_8",
                                      "read_4_cached", "read_8_cached", "write_4_cached", "write_8_cached",
                                      "copy_4_cached", "copy_8_cached"};
  Module *m = module;
  if (!m) return INVALID_VALUE;
  Function *f = calloc(1, sizeof *f); /* as long as the process, as in a real driver as long as the module */
  snprintf(f->name, sizeof f->name, "%s", name);
  f->most_shared = 48 << 10;
  *function = f;
  if (m->library) {
    f->launcher = (Launcher *)symbol(m, "launch", name);
    if (!f->launcher) return 500;
    f->count = ((unsigned (*)(void))symbol(m, "count", name))();
    ((void (*)(unsigned char *))symbol(m, "sizes", name))(f->sizes);
    return OK;
  }
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) if (!strcmp(known[i], name)) return OK;
  return 500;
}
/* CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, as much as every GPU from 8.0 on gives. */
CUresult cuFuncSetAttribute(void *function, int attribute, int value) {
  if (!function || attribute != 8 || value < 0 || value > 99 << 10) return INVALID_VALUE;
  ((Function *)function)->most_shared = value;
  return OK;
}
typedef struct Launch {
  const Function *function;
  unsigned blocks, threads, shared;
  uint64_t arguments[32];
} Launch;
static void note(const char *name) {
  static int file = -1;
  const char *path = getenv("FAKE_CUDA_LAUNCHES");
  if (!path) return;
  if (file < 0) file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 || dprintf(file, "%s\n", name) < 0) abort();
}
static void launch(void *data) {
  Launch *l = data;
  const Function *f = l->function;
  note(f->name);
  uint64_t *a = l->arguments;
  if (f->launcher) {
    void *places[32];
    for (unsigned i = 0; i < f->count; i++) places[i] = &a[i];
    f->launcher(l->blocks, l->threads, l->shared, places);
    return;
  }
  uint32_t *words = (uint32_t *)(uintptr_t)a[0];
  if (f->name[0] == 'r') {
    for (uint64_t i = 0; i < 4 * a[1]; i++) *(uint32_t *)(uintptr_t)a[2] ^= words[i];
  } else if (f->name[0] == 'w') {
    for (uint64_t i = 0; i < 4 * a[1]; i++) words[i] = (uint32_t)a[2] ^ (uint32_t)i;
  } else if (f->name[0] == 'c') {
    memcpy((void *)(uintptr_t)a[1], words, 16 * a[2]);
  }
}
CUresult cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                        unsigned shared, void *stream, void **arguments, void **extra) {
  const Function *f = function;
  if (!gx || gx > 0x7fffffff || gy != 1 || gz != 1 || !bx || bx > 1024 || by != 1 || bz != 1 || extra) {
    return INVALID_VALUE;
  }
  if (shared > f->most_shared) return INVALID_VALUE;
  Launch l = {.function = function, .blocks = gx, .threads = bx, .shared = shared};
  if (f->launcher) {
    for (unsigned i = 0; i < f->count; i++) memcpy(&l.arguments[i], arguments[i], f->sizes[i]);
  } else if (f->name[0] != 'e') {
    for (int i = 0; i < 2; i++) l.arguments[i] = *(uint64_t *)arguments[i];
    l.arguments[2] = f->name[0] == 'w' ? *(uint32_t *)arguments[2] : *(uint64_t *)arguments[2];
  }
  return fake_enqueue(stream, launch, &l, sizeof l);
}

CUresult cuGetErrorName(int code, const char **name) {
  *name = code == OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_FAKE";
  return OK;
}
CUresult cuGetErrorString(int code, const char **text) {
  *text = code == OUT_OF_MEMORY ? "out of memory" : "an error of the fake driver";
  return OK;
}

/* No private tables. */
CUresult cuGetExportTable(const void **table, const void *id) { (void)table, (void)id; return INVALID_VALUE; }
/* What cuDNN looks up when it plans, and calls only when it executes. */
#define ABSENT(name) \
  CUresult name(void) { \
    fprintf(stderr, #name " is not part of the stand-in.\n"); \
    return 801; \
  }
ABSENT(cuCtxGetCurrent)
ABSENT(cuCtxGetLimit)
ABSENT(cuCtxPopCurrent)
ABSENT(cuCtxPopCurrent_v2)
ABSENT(cuCtxPushCurrent)
ABSENT(cuCtxPushCurrent_v2)
ABSENT(cuLaunchCooperativeKernel)
ABSENT(cuLaunchKernelEx)
ABSENT(cuLibraryLoadFromFile)
ABSENT(cuLinkAddData)
ABSENT(cuLinkAddData_v2)
ABSENT(cuLinkComplete)
ABSENT(cuLinkCreate)
ABSENT(cuLinkCreate_v2)
ABSENT(cuLinkDestroy)
ABSENT(cuOccupancyMaxPotentialClusterSize)
ABSENT(cuStreamGetCtx)
CUresult cuLibraryLoadData(void **library, const void *code, void *o, void *v, unsigned n, void *p, void *q, unsigned m) {
  (void)o, (void)v, (void)n, (void)p, (void)q, (void)m;
  if (!code) return INVALID_VALUE;
  *library = malloc(1);
  return OK;
}
CUresult cuLibraryUnload(void *library) { free(library); return OK; }
CUresult cuLibraryGetKernel(void **kernel, void *library, const char *name) {
  *kernel = library;
  return library && name ? OK : INVALID_VALUE;
}
CUresult cuKernelGetAttribute(int *value, int attribute, void *kernel, int device) {
  (void)attribute, (void)device;
  *value = 0;
  return kernel ? OK : INVALID_VALUE;
}
CUresult cuKernelSetAttribute(int attribute, int value, void *kernel, int device) {
  (void)attribute, (void)value, (void)device;
  return kernel ? OK : INVALID_VALUE;
}
