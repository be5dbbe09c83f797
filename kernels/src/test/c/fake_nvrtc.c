/* libnvrtc.so.13 for machines without CUDA: takes any source that does not say #error, and gives
 * the source itself as machine code. What the real one makes of the kernels is another test's. */
#include <stdlib.h>
#include <string.h>

typedef struct { char *source; int options; } Program;

int nvrtcVersion(int *major, int *minor) { *major = 13; *minor = 0; return 0; }
const char *nvrtcGetErrorString(int code) { return code ? "NVRTC_ERROR_COMPILATION" : "NVRTC_SUCCESS"; }
int nvrtcCreateProgram(Program **program, const char *source, const char *name, int count, const char *const *headers,
                       const char *const *names) {
  for (int i = 0; i < count; i++) if (!headers[i] || !names[i]) return 3;
  if (!name) return 3;
  *program = calloc(1, sizeof **program);
  (*program)->source = strdup(source);
  return 0;
}
int nvrtcDestroyProgram(Program **program) { free((*program)->source); free(*program); *program = NULL; return 0; }
int nvrtcCompileProgram(Program *program, int count, const char *const *options) {
  for (int i = 0; i < count; i++) if (strncmp(options[i], "--", 2)) return 5;
  return strstr(program->source, "#error") ? 6 : 0;
}
static const char LOG[] = "line 1: #error was asked for";
int nvrtcGetProgramLogSize(Program *program, size_t *size) { (void)program; *size = sizeof LOG; return 0; }
int nvrtcGetProgramLog(Program *program, char *log) { (void)program; memcpy(log, LOG, sizeof LOG); return 0; }
int nvrtcGetCUBINSize(Program *program, size_t *size) { *size = strlen(program->source); return 0; }
int nvrtcGetCUBIN(Program *program, char *code) { memcpy(code, program->source, strlen(program->source)); return 0; }
