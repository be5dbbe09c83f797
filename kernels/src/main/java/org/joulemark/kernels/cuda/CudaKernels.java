package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.quant.ElementType;

/**
 * Our kernels, compiled for one storage format and one head size; each source when first needed.
 */
final class CudaKernels implements AutoCloseable {
  /** The oldest compute capability with the matrix instructions that our kernels use. */
  static final int AMPERE = 80;

  private final CudaEngine engine;
  private final List<String> macros = new ArrayList<>();
  private final Map<String, NvrtcModule> modules = new LinkedHashMap<>();
  private final CudaScope scope = new CudaScope();

  /** For one storage format and one head size. */
  CudaKernels(CudaEngine engine, ElementType type, int headSize) {
    this.engine = engine;
    macros.addAll(macros(type));
    macros.add("HEAD_SIZE=" + headSize);
  }

  /**
   * What stands for a storage format in the sources.
   *
   * @throws IllegalArgumentException for a format that the kernels do not store in
   */
  static List<String> macros(ElementType type) {
    return switch (type) {
      case FP32 -> List.of();
      case FP16 -> List.of("ELEMENT_FP16");
      case BF16 -> List.of("ELEMENT_BF16");
      case FP8_E4M3, FP8_E5M2, INT8, INT32 ->
          throw new IllegalArgumentException("no kernel stores in " + type);
    };
  }

  /** Whether the device has the matrix instructions that our kernels for tensor cores use. */
  boolean hasTensorCores() {
    return engine.device().computeCapability() >= AMPERE;
  }

  /** As {@link NvrtcModule#kernel}; the caller frees it, before this object. */
  KernelLaunch kernel(String source, String name, int blocks, int threads, Object... arguments) {
    NvrtcModule module =
        modules.computeIfAbsent(
            source, file -> scope.own(engine.module(file, macros), NvrtcModule::close));
    return module.kernel(name, blocks, threads, arguments);
  }

  @Override
  public void close() {
    scope.close();
  }
}
