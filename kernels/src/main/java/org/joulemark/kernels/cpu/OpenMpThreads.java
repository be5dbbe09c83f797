package org.joulemark.kernels.cpu;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.joulemark.kernels.engine.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * How many OpenMP threads oneDNN uses. OpenMP keeps that number per calling thread ({@code
 * omp_set_num_threads}, OpenMP specification 5.2, section 18.2.1), so it is set again when another
 * Java thread begins to call. The environment cannot be used: libgomp reads it once, when loaded.
 */
final class OpenMpThreads {
  private final Function setNumThreads;
  private final Function getMaxThreads;
  private final String runtime;
  private final int count;

  // What was set last, by any engine: two engines on one thread overwrite each other's count.
  private static volatile Setting lastSetting = new Setting(null, -1);

  private record Setting(@Nullable OpenMpThreads owner, long threadId) {}

  /**
   * For the OpenMP runtime that JavaCPP loaded beside oneDNN.
   *
   * @param count threads, at least 1
   * @throws EngineException if no OpenMP runtime is loaded
   */
  OpenMpThreads(int count) {
    String path = runtimePath(Loader.getLoadedLibraries());
    NativeLibrary library = NativeLibrary.getInstance(path);
    this.runtime = path.substring(path.lastIndexOf('/') + 1);
    this.setNumThreads = library.getFunction("omp_set_num_threads");
    this.getMaxThreads = library.getFunction("omp_get_max_threads");
    this.count = count;
  }

  /**
   * Makes the calling thread use the count; cheap, and allocates nothing, if that was the last
   * thing set.
   */
  void prepareCurrentThread() {
    long threadId = Thread.currentThread().getId();
    Setting last = lastSetting;
    if (last.owner != this || last.threadId != threadId) {
      setNumThreads.invokeVoid(new Object[] {count});
      lastSetting = new Setting(this, threadId);
    }
  }

  /** What OpenMP itself says it would use if called from this thread. */
  int effective() {
    return getMaxThreads.invokeInt(new Object[0]);
  }

  /** File name of the runtime. */
  String runtime() {
    return runtime;
  }

  private static String runtimePath(Map<String, String> loaded) {
    for (Map.Entry<String, String> library : loaded.entrySet()) {
      if (library.getKey().startsWith("gomp")
          || library.getKey().startsWith("iomp5")
          || library.getKey().equals("omp")) {
        return library.getValue();
      }
    }
    throw new EngineException(
        "No OpenMP runtime was loaded beside oneDNN (loaded: "
            + loaded.keySet()
            + "): delete the folder .javacpp/cache in your home and start again.");
  }
}
