/* libcublasLt.so.13 and libcublas.so.13 for machines without a GPU: the product itself in plain
 * loops, from the descriptors that the engine made, so that a wrong transposition, leading
 * dimension, type, stride or scalar gives a wrong result. */
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int fake_fails(const char *call);
void fake_count(int change);
int fake_enqueue(void *stream, void (*run)(void *), const void *data, size_t size);

enum { OK = 0, INVALID_VALUE = 7, NOT_SUPPORTED = 15 };
enum { R32F = 0, R16F = 2, R8I = 3, R32I = 10, R16BF = 14, E4M3 = 28, E5M2 = 29 };
enum { C16F = 64, C32F = 68, C32I = 72, CTF32 = 77 };

typedef struct { int compute, scale, transa, transb, epilogue, bias_type; uint64_t bias; int64_t bias_stride; uint64_t scales[2]; int scale_mode[2]; } Desc;
typedef struct { int type; uint64_t rows, cols; int64_t ld; int batch; int64_t stride; } Layout;
typedef struct { uint64_t workspace; uint32_t alignment[4]; } Preference;
typedef struct { int32_t id; uint32_t tile; int32_t split; uint32_t reduction, swizzle, custom, stages; uint16_t inner, cluster; uint8_t rest[32]; } Algo;
typedef struct { Algo algo; size_t workspace; int state; float waves; int reserved[4]; } Result;
_Static_assert(sizeof(Algo) == 64, "cublasLtMatmulAlgo_t has 64 bytes");

static int size_of(int type) { return type == R32F || type == R32I ? 4 : type == R16F || type == R16BF ? 2 : 1; }

static double fp8(uint8_t code, int mantissa, int bias, int is_e4m3) {
  int sign = code >> 7, exponent = (code & 0x7f) >> mantissa, fraction = code & ((1 << mantissa) - 1);
  int top = (1 << (7 - mantissa)) - 1;
  if (is_e4m3 ? (code & 0x7f) == 0x7f : exponent == top) return NAN;
  double value = exponent ? ldexp(1 + ldexp(fraction, -mantissa), exponent - bias) : ldexp(fraction, 1 - bias - mantissa);
  return sign ? -value : value;
}
static double load(const void *base, int64_t index, int type) {
  switch (type) {
    case R32F: return ((const float *)base)[index];
    case R16F: return (double)((const _Float16 *)base)[index];
    case R16BF: { uint32_t bits = (uint32_t)((const uint16_t *)base)[index] << 16; float f; memcpy(&f, &bits, 4); return f; }
    case R8I: return ((const int8_t *)base)[index];
    case R32I: return ((const int32_t *)base)[index];
    case E4M3: return fp8(((const uint8_t *)base)[index], 3, 7, 1);
    case E5M2: return fp8(((const uint8_t *)base)[index], 2, 15, 0);
    default: abort();
  }
}
static void store(void *base, int64_t index, int type, double value) {
  switch (type) {
    case R32F: ((float *)base)[index] = (float)value; return;
    case R16F: ((_Float16 *)base)[index] = (_Float16)value; return;
    case R16BF: {
      float f = (float)value; uint32_t bits; memcpy(&bits, &f, 4);
      ((uint16_t *)base)[index] = isnan(f) ? 0x7fff : (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
      return;
    }
    case R8I: { double r = nearbyint(value); ((int8_t *)base)[index] = (int8_t)(r > 127 ? 127 : r < -128 ? -128 : r); return; }
    case R32I: ((int32_t *)base)[index] = (int32_t)value; return;
    default: abort();
  }
}
static double scalar(const void *p, int type) {
  return type == R32F ? *(const float *)p : type == R32I ? *(const int32_t *)p : (double)*(const _Float16 *)p;
}

typedef struct {
  int m, n, k, batch, epilogue, bias_type, a_type, b_type, c_type;
  int64_t lda, ldb, ldc, stride_a, stride_b, stride_c, bias_stride;
  const char *a, *b, *c, *bias; char *d; double alpha, beta; const float *row_scales, *column_scales;
} Job;

static void multiply(void *data) {
  const Job *j = data;
  double *column = malloc(sizeof(double) * j->k), *left = malloc(sizeof(double) * j->k * j->m);
  for (int i = 0; i < j->batch; i++) {
    const char *a = j->a + i * j->stride_a * size_of(j->a_type), *b = j->b + i * j->stride_b * size_of(j->b_type);
    const char *c = j->c + i * j->stride_c * size_of(j->c_type);
    char *d = j->d + i * j->stride_c * size_of(j->c_type);
    for (int y = 0; y < j->m; y++) {
      for (int p = 0; p < j->k; p++) left[(size_t)y * j->k + p] = load(a, p + y * j->lda, j->a_type);
    }
    for (int x = 0; x < j->n; x++) {
      for (int p = 0; p < j->k; p++) column[p] = load(b, p + x * j->ldb, j->b_type);
      for (int y = 0; y < j->m; y++) {
        const double *row = left + (size_t)y * j->k;
        double sum = 0, more = 0;
        int p = 0;
        for (; p + 2 <= j->k; p += 2) { sum += row[p] * column[p]; more += row[p + 1] * column[p + 1]; }
        if (p < j->k) sum += row[p] * column[p];
        double value = j->alpha * (sum + more);
        if (j->row_scales) value *= (double)j->row_scales[y] * j->column_scales[x];
        if (j->beta != 0) value += j->beta * load(c, y + x * j->ldc, j->c_type);
        if (j->epilogue == 4) value += load(j->bias, y + i * j->bias_stride, j->bias_type);
        store(d, y + x * j->ldc, j->c_type, value);
      }
    }
  }
  free(column);
  free(left);
}

int cublasLtCreate(void **handle) {
  if (fake_fails("cublasLtCreate")) return INVALID_VALUE;
  *handle = malloc(8);
  fake_count(1);
  return OK;
}
int cublasLtDestroy(void *handle) {
  free(handle);
  fake_count(-1);
  return fake_fails("cublasLtDestroy") ? INVALID_VALUE : OK;
}
size_t cublasLtGetVersion(void) { return 130100; }
const char *cublasGetStatusName(int status) { return status == NOT_SUPPORTED ? "CUBLAS_STATUS_NOT_SUPPORTED" : "CUBLAS_STATUS_FAKE"; }
const char *cublasGetStatusString(int status) { (void)status; return "a status of the fake library"; }

int cublasLtMatmulDescCreate(void **out, int compute, int scale) {
  Desc *d = calloc(1, sizeof *d);
  d->compute = compute;
  d->scale = scale;
  d->epilogue = 1;
  *out = d;
  fake_count(1);
  return OK;
}
int cublasLtMatmulDescDestroy(void *desc) { free(desc); fake_count(-1); return OK; }
int cublasLtMatmulDescSetAttribute(void *desc, int attribute, const void *value, size_t size) {
  Desc *d = desc;
  size_t wanted = attribute == 8 || attribute == 10 || attribute == 17 || attribute == 18 ? 8 : attribute == 25 ? 1 : 4;
  if (size != wanted || fake_fails("cublasLtMatmulDescSetAttribute")) return INVALID_VALUE;
  switch (attribute) {
    case 3: memcpy(&d->transa, value, 4); return OK;
    case 4: memcpy(&d->transb, value, 4); return OK;
    case 7: memcpy(&d->epilogue, value, 4); return OK;
    case 8: memcpy(&d->bias, value, 8); return OK;
    case 10: memcpy(&d->bias_stride, value, 8); return OK;
    case 17: case 18: memcpy(&d->scales[attribute - 17], value, 8); return OK;
    case 25: return OK;
    case 26: memcpy(&d->bias_type, value, 4); return OK;
    case 31: case 32: memcpy(&d->scale_mode[attribute - 31], value, 4); return OK;
    default: return INVALID_VALUE;
  }
}
int cublasLtMatrixLayoutCreate(void **out, int type, uint64_t rows, uint64_t cols, int64_t ld) {
  if (fake_fails("cublasLtMatrixLayoutCreate")) return INVALID_VALUE;
  Layout *l = calloc(1, sizeof *l);
  *l = (Layout){type, rows, cols, ld, 1, 0};
  *out = l;
  fake_count(1);
  return OK;
}
int cublasLtMatrixLayoutDestroy(void *layout) { free(layout); fake_count(-1); return OK; }
int cublasLtMatrixLayoutSetAttribute(void *layout, int attribute, const void *value, size_t size) {
  Layout *l = layout;
  if (attribute == 5 && size == 4) { memcpy(&l->batch, value, 4); return OK; }
  if (attribute == 6 && size == 8) { memcpy(&l->stride, value, 8); return OK; }
  return INVALID_VALUE;
}
int cublasLtMatmulPreferenceCreate(void **out) { *out = calloc(1, sizeof(Preference)); fake_count(1); return OK; }
int cublasLtMatmulPreferenceDestroy(void *preference) { free(preference); fake_count(-1); return OK; }
int cublasLtMatmulPreferenceSetAttribute(void *preference, int attribute, const void *value, size_t size) {
  if (attribute == 1 && size == 8) { memcpy(&((Preference *)preference)->workspace, value, 8); return OK; }
  if (attribute >= 5 && attribute <= 8 && size == 4) {
    uint32_t alignment;
    memcpy(&alignment, value, 4);
    return alignment && !(alignment & (alignment - 1)) ? OK : INVALID_VALUE;
  }
  return INVALID_VALUE;
}

static int runs(const Desc *d, const Layout *a, const Layout *b, const Layout *out) {
  int ok = d->transa == 1 && d->transb == 0 && a->rows == b->rows && a->cols == out->rows && b->cols == out->cols;
  ok = ok && a->ld >= (int64_t)a->rows && b->ld >= (int64_t)b->rows && out->ld >= (int64_t)out->rows;
  ok = ok && a->batch == b->batch && a->batch == out->batch;
  int t = a->type;
  if (t == R32F) ok = ok && (d->compute == C32F || d->compute == CTF32) && out->type == R32F && d->scale == R32F;
  else if (t == R16F) ok = ok && out->type == R16F && d->compute == (d->scale == R16F ? C16F : C32F);
  else if (t == R16BF) ok = ok && out->type == R16BF && d->compute == C32F;
  else if (t == E4M3) ok = ok && (out->type == R16F || out->type == R16BF || out->type == R32F) && d->compute == C32F && a->rows % 16 == 0 && a->cols % 16 == 0;
  else if (t == R8I)
    ok = ok && d->compute == C32I && d->epilogue == 1 && a->rows % 4 == 0 && a->cols % 4 == 0 &&
         (out->type == R32I ? d->scale == R32I : out->type == R8I && d->scale == R32F);
  else ok = 0;
  /* Scales of rows and columns (mode 3) come in pairs and only for FP8. */
  int rows = d->scale_mode[0] == 3;
  ok = ok && d->scale_mode[0] == d->scale_mode[1] && (rows || !d->scale_mode[0]) && (!rows || t == E4M3);
  ok = ok && rows == (d->scales[0] != 0) && rows == (d->scales[1] != 0);
  return ok;
}
int cublasLtMatmulAlgoGetHeuristic(void *handle, Desc *d, Layout *a, Layout *b, Layout *c, Layout *out,
                                   Preference *preference, int wanted, Result *results, int *count) {
  (void)handle; (void)c;
  *count = 0;
  if (!preference->workspace) return INVALID_VALUE;
  if (!runs(d, a, b, out)) return NOT_SUPPORTED;
  for (int i = 0; i < 3 && i < wanted; i++) {
    memset(&results[i], 0, sizeof results[i]);
    results[i].algo = (Algo){.id = 10 + i, .tile = 20, .split = 1, .stages = 5, .cluster = 2};
    results[i].workspace = 1024 * i;
    results[i].waves = 1;
    (*count)++;
  }
  return OK;
}
int cublasLtMatmulAlgoGetIds(void *handle, int compute, int scale, int a, int b, int c, int d, int wanted, int *ids, int *count) {
  (void)handle; (void)compute; (void)scale; (void)a; (void)b; (void)c; (void)d; (void)wanted;
  ids[0] = 10; ids[1] = 11; ids[2] = 12; ids[3] = 13;
  *count = 4;
  return OK;
}
int cublasLtMatmulAlgoInit(void *handle, int compute, int scale, int a, int b, int c, int d, int id, Algo *algo) {
  (void)handle; (void)compute; (void)scale; (void)a; (void)b; (void)c; (void)d;
  memset(algo, 0, sizeof *algo);
  algo->id = id;
  algo->split = 1;
  return id == 13 ? NOT_SUPPORTED : OK;
}
int cublasLtMatmulAlgoCheck(void *handle, Desc *d, Layout *a, Layout *b, Layout *c, Layout *out, Algo *algo, Result *result) {
  (void)handle; (void)c;
  if (!runs(d, a, b, out) || algo->id < 10 || algo->id > 12 || algo->cluster > 6) return NOT_SUPPORTED;
  result->workspace = 1024 * (algo->id - 10);
  result->state = OK;
  return OK;
}
int cublasLtMatmulAlgoCapGetAttribute(const Algo *algo, int attribute, void *out, size_t size, size_t *written) {
  (void)algo;
  uint32_t tiles[] = {18, 19, 20}, stages[] = {4, 5}, one = 0;
  const void *from = &one;
  size_t bytes = 4;
  switch (attribute) {
    case 0: one = 1; break;
    case 1: one = 2; break;
    case 2: one = 1; break;
    case 6: from = tiles; bytes = sizeof tiles; break;
    case 7: one = 2; break;
    case 13: from = stages; bytes = sizeof stages; break;
    default: return INVALID_VALUE;
  }
  *written = bytes;
  if (size == 0) return OK;
  if (size != bytes) return INVALID_VALUE;
  memcpy(out, from, bytes);
  return OK;
}
static void *field(Algo *algo, int attribute, size_t *size) {
  *size = attribute >= 7 ? 2 : 4;
  switch (attribute) {
    case 0: return &algo->id;
    case 1: return &algo->tile;
    case 2: return &algo->split;
    case 3: return &algo->reduction;
    case 4: return &algo->swizzle;
    case 5: return &algo->custom;
    case 6: return &algo->stages;
    case 7: return &algo->inner;
    case 8: return &algo->cluster;
    default: return NULL;
  }
}
int cublasLtMatmulAlgoConfigSetAttribute(Algo *algo, int attribute, const void *value, size_t size) {
  size_t wanted;
  void *to = field(algo, attribute, &wanted);
  if (!to || attribute == 0 || size != wanted) return INVALID_VALUE;
  memcpy(to, value, size);
  return OK;
}
int cublasLtMatmulAlgoConfigGetAttribute(const Algo *algo, int attribute, void *value, size_t size, size_t *written) {
  size_t wanted;
  void *from = field((Algo *)algo, attribute, &wanted);
  if (!from || size != wanted) return INVALID_VALUE;
  memcpy(value, from, size);
  *written = size;
  return OK;
}
int cublasLtMatmul(void *handle, Desc *d, const void *alpha, const void *a, Layout *al, const void *b, Layout *bl,
                   const void *beta, const void *c, Layout *cl, void *out, Layout *ol, const Algo *algo,
                   void *workspace, size_t workspace_bytes, void *stream) {
  (void)handle;
  if (!runs(d, al, bl, ol) || cl->type != ol->type || !workspace) return NOT_SUPPORTED;
  if (algo->id < 10 || algo->id > 12 || workspace_bytes < (size_t)1024 * (algo->id - 10)) return INVALID_VALUE;
  Job j = {(int)ol->rows, (int)ol->cols, (int)al->rows, ol->batch, d->epilogue, d->bias_type, al->type, bl->type, ol->type,
           al->ld, bl->ld, ol->ld, al->stride, bl->stride, ol->stride, d->bias_stride,
           a, b, c, (const char *)(uintptr_t)d->bias, out, scalar(alpha, d->scale), scalar(beta, d->scale),
           (const float *)(uintptr_t)d->scales[0], (const float *)(uintptr_t)d->scales[1]};
  return fake_enqueue(stream, multiply, &j, sizeof j) ? 13 : OK;
}

typedef struct { void *stream; size_t workspace; } Handle;
int cublasCreate_v2(void **handle) { *handle = calloc(1, sizeof(Handle)); fake_count(1); return OK; }
int cublasDestroy_v2(void *handle) { free(handle); fake_count(-1); return OK; }
int cublasSetStream_v2(void *handle, void *stream) { ((Handle *)handle)->stream = stream; return OK; }
int cublasSetWorkspace_v2(void *handle, void *workspace, size_t bytes) {
  ((Handle *)handle)->workspace = bytes;
  return (uintptr_t)workspace % 256 ? INVALID_VALUE : OK;
}
/* One product whose A is not transposed: A is m by k, column-major. */
static void multiply_as_it_is(void *data) {
  const Job *j = data;
  for (int x = 0; x < j->n; x++) {
    double *sums = calloc(j->m, sizeof *sums);
    for (int p = 0; p < j->k; p++) {
      double factor = load(j->b, p + x * j->ldb, j->b_type);
      for (int y = 0; y < j->m; y++) sums[y] += load(j->a, y + p * j->lda, j->a_type) * factor;
    }
    for (int y = 0; y < j->m; y++) store(j->d, y + x * j->ldc, j->c_type, j->alpha * sums[y]);
    free(sums);
  }
}
int cublasGemmStridedBatchedEx(void *handle, int transa, int transb, int m, int n, int k, const void *alpha,
                               const void *a, int a_type, int lda, long long stride_a, const void *b, int b_type, int ldb,
                               long long stride_b, const void *beta, void *c, int c_type, int ldc, long long stride_c,
                               int batch, int compute, int algo) {
  int scale = compute == C32I ? R32I : compute == C16F ? R16F : R32F;
  Desc d = {compute, scale, transa, transb, 1, 0, 0, 0, {0, 0}, {0, 0}};
  Layout al = {a_type, k, m, lda, batch, stride_a}, bl = {b_type, k, n, ldb, batch, stride_b}, cl = {c_type, m, n, ldc, batch, stride_c};
  if (algo != -1 || !runs(&d, &al, &bl, &cl) || a_type == E4M3 || (a_type == R8I && c_type == R8I)) return NOT_SUPPORTED;
  Job j = {m, n, k, batch, 1, 0, a_type, b_type, c_type, lda, ldb, ldc, stride_a, stride_b, stride_c, 0,
           a, b, c, NULL, c, scalar(alpha, scale), scalar(beta, scale), NULL, NULL};
  return fake_enqueue(((Handle *)handle)->stream, multiply, &j, sizeof j) ? 13 : OK;
}
int cublasGemmEx(void *handle, int transa, int transb, int m, int n, int k, const void *alpha, const void *a, int a_type,
                 int lda, const void *b, int b_type, int ldb, const void *beta, void *c, int c_type, int ldc, int compute, int algo) {
  if (!transa && !transb) {
    int known = (a_type == R16F || a_type == R32F) && a_type == b_type && a_type == c_type && compute == C32F;
    if (!known || algo != -1 || lda < m || ldb < k || ldc < m || scalar(beta, R32F) != 0) return NOT_SUPPORTED;
    Job j = {.m = m, .n = n, .k = k, .a_type = a_type, .b_type = b_type, .c_type = c_type, .lda = lda, .ldb = ldb,
             .ldc = ldc, .a = a, .b = b, .d = c, .alpha = scalar(alpha, R32F)};
    return fake_enqueue(((Handle *)handle)->stream, multiply_as_it_is, &j, sizeof j) ? 13 : OK;
  }
  return cublasGemmStridedBatchedEx(handle, transa, transb, m, n, k, alpha, a, a_type, lda, 0, b, b_type, ldb, 0, beta, c,
                                    c_type, ldc, 0, 1, compute, algo);
}
