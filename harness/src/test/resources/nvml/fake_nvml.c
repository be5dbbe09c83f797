/*
 * A libnvidia-ml.so for tests: the functions that the harness uses, on GPUs that exist only in a
 * script. The script is the file named as this library with ".script" appended, one "key value" a
 * line; "2.key value" holds for GPU 2 alone. Times count from the first initialisation.
 *
 *   devices N            number of GPUs                       (1)
 *   name TEXT            product name                         (Fake GPU)
 *   watts W              power drawn, always                  (300)
 *   tick_ms MS           time between counter updates         (100)
 *   latency_ms MS        how long a counter reading takes     (4)
 *   reset_at S           the counter starts again from zero   (never)
 *   stuck_at S           the counter stops                    (never)
 *   lost_at S            every call answers GPU_IS_LOST       (never)
 *   lost_after_looks N   the same after N temperatures        (never)
 *   energy CODE          answer of the counter                (0)
 *   power CODE           answer of power readings             (0)
 *   power_factor F       power readings are off by this       (1)
 *   throttle SHARE       share of time throttled by power     (0)
 *   clocks LOW HIGH      SM clock alternates between these    (1980 1980)
 *   heat S               seconds to warm from 40 to 70 C      (0: always 60)
 *   mig 1                MIG is enabled                       (0)
 *   init CODE            answer of nvmlInit                   (0)
 *   own_pid PID          what the driver calls this process   (its own)
 *   foreign_at S         another process uses the GPU from    (never)
 *
 * Faults at an instant of the clock suit only S = 0, before anything is opened: how far a test has
 * got by a later instant depends on how busy its host is. A test in the same process therefore says
 * itself when something happens: fake_happens("lost_at") gives that key the present instant, until
 * the library is initialised again, and fake_draw(watts) changes the power. fake_looks(gpu) tells
 * how often the temperature was read, once in each look of a window's telemetry. A test in another
 * process counts looks with lost_after_looks.
 *
 * Built with -DOLD_DRIVER it lacks what drivers before Volta's counter and field 186 lack.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OK = 0, INVALID = 2, UNSUPPORTED = 3, NOT_FOUND = 6, SMALL = 7, LOST = 15 };
enum { MOST_GPUS = 16, FOREIGN_PID = 4242000 };

static double initialised = -1;
static int gpus[MOST_GPUS];

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static double elapsed(void) { return now(CLOCK_MONOTONIC) - initialised; }

/* Changes of power that a test made: from an instant on, so many watts. */
enum { MOST_CHANGES = 64 };
static double change_at[MOST_CHANGES], change_watts[MOST_CHANGES];
static int changes;

void fake_draw(double watts) {
  if (changes == MOST_CHANGES) abort();
  change_at[changes] = elapsed();
  change_watts[changes] = watts;
  changes++;
}

/* Energy between two instants if the script says so many watts. */
static double drawn(double watts, double from, double to) {
  double joules = 0;
  for (int i = 0; i < changes && change_at[i] < to; i++) {
    if (change_at[i] > from) {
      joules += watts * (change_at[i] - from);
      from = change_at[i];
    }
    watts = change_watts[i];
  }
  return joules + watts * fmax(0, to - from);
}

/* The script is read once: a reading of the counter must not wait for a file. */
static char script[1 << 14];

static void load_script(void) {
  Dl_info self;
  char path[4096];
  dladdr((void *)load_script, &self);
  snprintf(path, sizeof path, "%s.script", self.dli_fname);
  FILE *file = fopen(path, "r");
  size_t length = file ? fread(script, 1, sizeof script - 1, file) : 0;
  script[length] = 0;
  if (file) fclose(file);
}

/* The text behind a key, for one GPU if there is such a line, else for all. */
static int text_of(int gpu, const char *key, char *into, size_t size) {
  char own[64];
  snprintf(own, sizeof own, "%d.%s ", gpu, key);
  char all[64];
  snprintf(all, sizeof all, "%s ", key);
  const char *names[] = {own, all};
  for (int n = 0; n < 2; n++) {
    for (const char *line = script; line && *line;) {
      if (strncmp(line, names[n], strlen(names[n])) == 0) {
        const char *value = line + strlen(names[n]);
        size_t length = strcspn(value, "\n");
        if (length >= size) length = size - 1;
        memcpy(into, value, length);
        into[length] = 0;
        return 1;
      }
      line = strchr(line, '\n');
      if (line) line++;
    }
  }
  return 0;
}

static double number(int gpu, const char *key, double otherwise) {
  char value[256];
  return text_of(gpu, key, value, sizeof value) ? atof(value) : otherwise;
}

static int gpu_of(void *device) { return (int)((int *)device - gpus); }

static int looks[MOST_GPUS];

int fake_looks(int gpu) { return __atomic_load_n(&looks[gpu], __ATOMIC_ACQUIRE); }

/* Adds a line while others read: its first byte, which makes it visible, is written last. */
void fake_happens(const char *key) {
  char line[128];
  int length = snprintf(line, sizeof line, "%s %.9f\n", key, elapsed());
  size_t end = strlen(script);
  if (length >= (int)sizeof line || end + length >= sizeof script) abort();
  memcpy(script + end + 1, line + 1, length);
  __atomic_store_n(&script[end], line[0], __ATOMIC_RELEASE);
}

static int lost(int gpu) {
  return elapsed() >= number(gpu, "lost_at", 1e9) ||
         fake_looks(gpu) >= number(gpu, "lost_after_looks", 1e9);
}

int nvmlInit_v2(void) {
  load_script();
  int code = (int)number(-1, "init", 0);
  if (code == OK && initialised < 0) initialised = now(CLOCK_MONOTONIC);
  return code;
}

int nvmlShutdown(void) { return OK; }

const char *nvmlErrorString(int code) {
  switch (code) {
    case OK: return "Success";
    case UNSUPPORTED: return "Not Supported";
    case 9: return "Driver Not Loaded";
    case LOST: return "GPU is lost";
    default: return "Unknown Error";
  }
}

int nvmlSystemGetDriverVersion(char *text, unsigned length) {
  snprintf(text, length, "580.00.fake");
  return OK;
}

int nvmlDeviceGetCount_v2(unsigned *count) {
  *count = (unsigned)number(-1, "devices", 1);
  return OK;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
  *device = &gpus[index];
  return index < (unsigned)number(-1, "devices", 1) ? OK : INVALID;
}

int nvmlDeviceGetUUID(void *device, char *text, unsigned length) {
  snprintf(text, length, "GPU-fake-%d", gpu_of(device));
  return OK;
}

int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) {
  for (int i = 0; i < (int)number(-1, "devices", 1); i++) {
    char name[32];
    snprintf(name, sizeof name, "GPU-fake-%d", i);
    if (strcmp(name, uuid) == 0) {
      *device = &gpus[i];
      return lost(i) ? LOST : OK;
    }
  }
  return NOT_FOUND;
}

int nvmlDeviceGetName(void *device, char *text, unsigned length) {
  char name[128] = "Fake GPU";
  text_of(gpu_of(device), "name", name, sizeof name);
  snprintf(text, length, "%s", name);
  return OK;
}

int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts) {
  int gpu = gpu_of(device);
  if (lost(gpu)) return LOST;
  double watts = changes > 0 ? change_watts[changes - 1] : number(gpu, "watts", 300);
  *milliwatts = (unsigned)(1000 * watts * number(gpu, "power_factor", 1));
  return (int)number(gpu, "power", 0);
}

int nvmlDeviceGetClockInfo(void *device, int which, unsigned *mhz) {
  int gpu = gpu_of(device);
  char clocks[64] = "1980 1980";
  unsigned low, high;
  text_of(gpu, "clocks", clocks, sizeof clocks);
  sscanf(clocks, "%u %u", &low, &high);
  *mhz = which == 2 ? 2619 : (fmod(elapsed(), 1) < 0.5 ? low : high);
  return lost(gpu) ? LOST : OK;
}

int nvmlDeviceGetMaxClockInfo(void *device, int which, unsigned *mhz) {
  *mhz = which == 2 ? 2619 : 1980;
  return lost(gpu_of(device)) ? LOST : OK;
}

int nvmlDeviceGetEnforcedPowerLimit(void *device, unsigned *milliwatts) {
  *milliwatts = 700000;
  return lost(gpu_of(device)) ? LOST : OK;
}

int nvmlDeviceGetPowerManagementDefaultLimit(void *device, unsigned *milliwatts) {
  (void)device;
  (void)milliwatts;
  return UNSUPPORTED;
}

int nvmlDeviceGetTemperature(void *device, int which, unsigned *celsius) {
  int gpu = gpu_of(device);
  double heat = number(gpu, "heat", 0);
  *celsius = heat > 0 ? (unsigned)(40 + 30 * fmin(1, elapsed() / heat)) : 60;
  if (lost(gpu)) return LOST;
  __atomic_add_fetch(&looks[gpu], 1, __ATOMIC_ACQ_REL);
  return which == 0 ? OK : INVALID;
}

int nvmlDeviceGetUtilizationRates(void *device, unsigned *rates) {
  rates[0] = 97;
  rates[1] = 31;
  return lost(gpu_of(device)) ? LOST : OK;
}

int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending) {
  *current = *pending = (unsigned)number(gpu_of(device), "mig", 0);
  return OK;
}

#ifndef OLD_DRIVER

static void pause_ms(double ms) {
  struct timespec t = {(time_t)(ms / 1000), (long)(fmod(ms, 1000) * 1e6)};
  nanosleep(&t, NULL);
}

int nvmlDeviceGetCurrentClocksEventReasons(void *device, unsigned long long *reasons) {
  *reasons = number(gpu_of(device), "throttle", 0) > 0 ? 4 : 0;
  return lost(gpu_of(device)) ? LOST : OK;
}

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules) {
  int gpu = gpu_of(device);
  double latency = number(gpu, "latency_ms", 4);
  if (latency > 0) pause_ms(latency / 2);
  double t = elapsed();
  if (lost(gpu)) return LOST;
  double tick = number(gpu, "tick_ms", 100) * 1e-3;
  double reset = number(gpu, "reset_at", 1e9);
  double counted = fmin(t, number(gpu, "stuck_at", 1e9));
  double since = counted >= reset ? reset : -100;
  /* Each GPU ticks at another phase. */
  double phase = 0.013 * (gpu + 1);
  double ticked = floor((counted - phase) / tick) * tick + phase;
  *millijoules = (unsigned long long)(1000 * drawn(number(gpu, "watts", 300), since, ticked));
  if (latency > 0) pause_ms(latency / 2);
  return (int)number(gpu, "energy", 0);
}

typedef struct {
  unsigned field, scope;
  long long timestamp, latency;
  int type, code;
  union {
    unsigned u32;
    unsigned long long u64;
  } value;
} field_value;

_Static_assert(sizeof(field_value) == 40, "nvmlFieldValue_t has 40 bytes");

int nvmlDeviceGetFieldValues(void *device, int count, field_value *values) {
  int gpu = gpu_of(device);
  if (lost(gpu)) return LOST;
  for (int i = 0; i < count; i++) {
    field_value *v = &values[i];
    v->code = OK;
    switch (v->field) {
      case 185:
      case 186:
        v->type = 1;
        v->code = nvmlDeviceGetPowerUsage(device, &v->value.u32);
        break;
      case 74:
        v->type = 3;
        v->value.u64 = (unsigned long long)(elapsed() * 1e9 * number(gpu, "throttle", 0));
        break;
      case 75:
      case 269:
        v->type = 3;
        v->value.u64 = 0;
        break;
      default:
        v->code = UNSUPPORTED;
    }
  }
  return OK;
}

typedef struct {
  unsigned long long micros;
  union {
    unsigned u32;
    unsigned long long u64;
  } value;
} sample;

int nvmlDeviceGetSamples(void *device, int kind, unsigned long long since, int *type,
                         unsigned *count, sample *samples) {
  int gpu = gpu_of(device);
  if (lost(gpu)) return LOST;
  if (kind != 0) return INVALID;
  const unsigned long long step = 20000;
  unsigned long long last = (unsigned long long)(now(CLOCK_REALTIME) * 1e6) / step * step;
  unsigned long long first = (since / step + 1) * step;
  if (first > last) return NOT_FOUND;
  unsigned wanted = (unsigned)((last - first) / step + 1);
  if (wanted > *count) wanted = *count;
  *type = 1;
  for (unsigned i = 0; i < wanted; i++) {
    samples[i].micros = first + i * step;
    nvmlDeviceGetPowerUsage(device, &samples[i].value.u32);
  }
  *count = wanted;
  return (int)number(gpu, "power", 0);
}

typedef struct {
  unsigned pid;
  unsigned long long micros;
  unsigned sm, memory, encoder, decoder;
} process_sample;

_Static_assert(sizeof(process_sample) == 32, "nvmlProcessUtilizationSample_t has 32 bytes");

int nvmlDeviceGetProcessUtilization(void *device, process_sample *samples, unsigned *count,
                                    unsigned long long since) {
  int gpu = gpu_of(device);
  if (lost(gpu)) return LOST;
  if (*count < 2) return SMALL;
  unsigned long long micros = (unsigned long long)(now(CLOCK_REALTIME) * 1e6);
  unsigned n = 0;
  samples[n++] = (process_sample){(unsigned)number(gpu, "own_pid", getpid()), micros, 90, 0, 0, 0};
  if (elapsed() >= number(gpu, "foreign_at", 1e9)) {
    samples[n++] = (process_sample){FOREIGN_PID, micros, 40, 0, 0, 0};
  }
  /* What is older than the question must be left out by who asks. */
  samples[n++] = (process_sample){FOREIGN_PID + 1, since - 1, 50, 0, 0, 0};
  *count = n;
  return OK;
}

#else

int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *reasons) {
  (void)device;
  *reasons = 0;
  return OK;
}

#endif
