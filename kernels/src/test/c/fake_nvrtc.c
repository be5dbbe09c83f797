/* libnvrtc.so.13 for machines without CUDA. A source that includes "element.cuh" is compiled for the
 * host with the C++ compiler, over host_kernel.h and ptx.cuh of the folder SHIM, and the machine
 * code is that library; any other source that does not say #error is taken as it is. What the real
 * compiler makes of the kernels is another test's. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct { char *source, *code, log[4096]; size_t size; int count; char **headers, **names; } Program;

int nvrtcVersion(int *major, int *minor) { *major = 13; *minor = 0; return 0; }
const char *nvrtcGetErrorString(int code) { return code ? "NVRTC_ERROR_COMPILATION" : "NVRTC_SUCCESS"; }
int nvrtcCreateProgram(Program **program, const char *source, const char *name, int count, const char *const *headers,
                       const char *const *names) {
  for (int i = 0; i < count; i++) if (!headers[i] || !names[i]) return 3;
  if (!name) return 3;
  Program *p = calloc(1, sizeof *p);
  p->source = strdup(source);
  p->count = count;
  p->headers = calloc(count + 1, sizeof(char *));
  p->names = calloc(count + 1, sizeof(char *));
  for (int i = 0; i < count; i++) { p->headers[i] = strdup(headers[i]); p->names[i] = strdup(names[i]); }
  strcpy(p->log, "line 1: #error was asked for");
  *program = p;
  return 0;
}
int nvrtcDestroyProgram(Program **program) {
  Program *p = *program;
  for (int i = 0; i < p->count; i++) { free(p->headers[i]); free(p->names[i]); }
  free(p->headers); free(p->names); free(p->code); free(p->source); free(p);
  *program = NULL;
  return 0;
}

static void write_file(const char *folder, const char *name, const char *text, const char *more) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  if (!file) abort();
  fputs(text, file);
  fputs(more, file);
  fclose(file);
}
static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "r");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  *size = ftell(file);
  rewind(file);
  char *text = calloc(1, *size + 1);
  if (fread(text, 1, *size, file) != *size) abort();
  fclose(file);
  return text;
}
/* A launcher and the sizes of the arguments for each kernel of the source. */
static char *launchers(const char *source) {
  char *text = calloc(1, 1 << 16), *at = text;
  static const char marker[] = "__global__ void ";
  for (const char *found = strstr(source, marker); found; found = strstr(found, marker)) {
    found += sizeof marker - 1;
    char name[128] = {0};
    memcpy(name, found, strcspn(found, "("));
    at += sprintf(at,
                  "\nextern \"C\" void launch_%s(unsigned blocks, unsigned threads, unsigned shared, void **arguments)"
                  " { host::launch(%s, blocks, threads, shared, arguments); }"
                  "\nextern \"C\" unsigned count_%s() { return host::count(%s); }"
                  "\nextern \"C\" void sizes_%s(unsigned char *into) { host::sizes(%s, into); }\n",
                  name, name, name, name, name, name);
  }
  return text;
}
static int compile(Program *p, int count, const char *const *options) {
  char folder[] = "/tmp/fake-nvrtc-XXXXXX", command[4096], path[1024];
  if (!mkdtemp(folder)) abort();
  for (int i = 0; i < p->count; i++) {
    if (strcmp(p->names[i], "ptx.cuh")) write_file(folder, p->names[i], p->headers[i], "");
  }
  char *more = launchers(p->source);
  write_file(folder, "kernel.cpp", p->source, more);
  free(more);
  int length = snprintf(command, sizeof command,
                        "cd %s && c++ -std=c++17 -O2 -w -U_FORTIFY_SOURCE -ffp-contract=off -shared -fPIC -include %s/host_kernel.h -I%s", folder,
                        SHIM, SHIM);
  for (int i = 0; i < count; i++) {
    if (!strncmp(options[i], "--define-macro=", 15)) {
      length += snprintf(command + length, sizeof command - length, " -D%s", options[i] + 15);
    }
  }
  snprintf(command + length, sizeof command - length, " -o kernel.so kernel.cpp > log 2>&1");
  int failed = system(command);
  size_t size = 0;
  snprintf(path, sizeof path, "%s/log", folder);
  char *log = read_file(path, &size);
  if (log) snprintf(p->log, sizeof p->log, "%s", log);
  free(log);
  snprintf(path, sizeof path, "%s/kernel.so", folder);
  p->code = failed ? NULL : read_file(path, &p->size);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  if (system(command)) abort();
  return p->code ? 0 : 6;
}
int nvrtcCompileProgram(Program *program, int count, const char *const *options) {
  for (int i = 0; i < count; i++) if (strncmp(options[i], "--", 2)) return 5;
  if (strstr(program->source, "#include \"element.cuh\"")) return compile(program, count, options);
  if (strstr(program->source, "#error")) return 6;
  program->size = strlen(program->source);
  program->code = strdup(program->source);
  return 0;
}
int nvrtcGetProgramLogSize(Program *program, size_t *size) { *size = strlen(program->log) + 1; return 0; }
int nvrtcGetProgramLog(Program *program, char *log) { strcpy(log, program->log); return 0; }
int nvrtcGetCUBINSize(Program *program, size_t *size) { *size = program->size; return 0; }
int nvrtcGetCUBIN(Program *program, char *code) { memcpy(code, program->code, program->size); return 0; }
