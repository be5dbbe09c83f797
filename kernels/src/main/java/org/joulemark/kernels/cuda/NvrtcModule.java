package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.joulemark.kernels.engine.EngineException;

/**
 * Kernels compiled from one source for the device's own architecture and loaded. The machine code
 * is kept on disk under a name that stands for source, headers, options, compiler version and
 * architecture.
 */
public final class NvrtcModule implements AutoCloseable {
  private final CUmod_st handle = new CUmod_st();
  private final String name;

  private NvrtcModule(String name, byte[] cubin) {
    this.name = name;
    try (BytePointer image = new BytePointer(cubin)) {
      CudaCheck.driver(cudart.cuModuleLoadData(handle, image), "cuModuleLoadData(" + name + ")");
    }
  }

  /**
   * Compiles, or takes from disk, and loads the source of that name.
   *
   * @param macros that are defined for it, each a name or {@code name=value}
   * @throws EngineException with the compiler's log if it does not compile
   */
  static NvrtcModule load(
      CudaDevice device, CacheDirectory cache, String sourceName, List<String> macros) {
    NvrtcCompiler.Source source = NvrtcCompiler.Source.of(sourceName);
    List<String> options = NvrtcCompiler.options(device.computeCapability(), macros);
    String file = cacheName(source, options, NvrtcCompiler.version());
    Optional<byte[]> kept = cache.read(file);
    byte[] cubin;
    if (kept.isPresent()) {
      cubin = kept.get();
    } else {
      cubin = NvrtcCompiler.compile(source, options);
      cache.write(file, cubin);
    }
    return new NvrtcModule(sourceName, cubin);
  }

  /** The file that holds the machine code of a source; the options name the architecture. */
  static String cacheName(NvrtcCompiler.Source source, List<String> options, String version) {
    List<String> parts = new ArrayList<>(List.of(version, source.name(), source.text()));
    source
        .headers()
        .forEach(
            (header, text) -> {
              parts.add(header);
              parts.add(text);
            });
    parts.addAll(options);
    return CacheDirectory.nameOf("kernel", ".cubin", parts.toArray(new String[0]));
  }

  /**
   * A kernel with its launch configuration and room for its arguments.
   *
   * @param kernel its name
   * @param blocks in the grid
   * @param threads in a block
   * @param arguments each a {@link Long} (pointers too), an {@link Integer} or a {@link Float}, as
   *     the kernel declares them
   */
  KernelLaunch kernel(String kernel, int blocks, int threads, Object... arguments) {
    CUfunc_st function = new CUfunc_st();
    CudaCheck.driver(
        cudart.cuModuleGetFunction(function, handle, kernel),
        "cuModuleGetFunction(" + name + ", " + kernel + ")");
    return new KernelLaunch(function, kernel, blocks, threads, arguments);
  }

  @Override
  public void close() {
    if (!handle.isNull()) {
      int code = cudart.cuModuleUnload(handle);
      handle.setNull();
      CudaCheck.driver(code, "cuModuleUnload");
    }
  }
}
