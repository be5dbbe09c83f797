package org.joulemark.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.joulemark.kernels.engine.EngineException;

/**
 * Compiles kernel sources to machine code for one architecture. Sources are resources beside this
 * class; they include nothing but other resources, so no toolkit header is needed. Works on a
 * machine without a GPU.
 */
final class NvrtcCompiler {
  private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"([^\"]+)\"");

  private NvrtcCompiler() {}

  /**
   * A kernel source with everything that it includes.
   *
   * @param name of the resource
   * @param text of the resource
   * @param headers included resources by name
   */
  record Source(String name, String text, Map<String, String> headers) {

    /**
     * Reads the resource of that name.
     *
     * @throws EngineException if there is none
     */
    static Source of(String name) {
      Map<String, String> headers = new LinkedHashMap<>();
      String text = read(name);
      collect(text, headers);
      return new Source(name, text, headers);
    }

    private static void collect(String text, Map<String, String> headers) {
      Matcher includes = INCLUDE.matcher(text);
      while (includes.find()) {
        String header = includes.group(1);
        if (!headers.containsKey(header)) {
          String content = read(header);
          headers.put(header, content);
          collect(content, headers);
        }
      }
    }

    private static String read(String name) {
      try (InputStream stream = NvrtcCompiler.class.getResourceAsStream(name)) {
        if (stream == null) {
          throw new EngineException("This jar holds no kernel source " + name + ".");
        }
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException unreadable) {
        throw new EngineException("The kernel source " + name + " cannot be read.", unreadable);
      }
    }
  }

  /** NVRTC's version, such as {@code 13.0}. */
  static String version() {
    int[] major = new int[1];
    int[] minor = new int[1];
    CudaCheck.nvrtc(nvrtc.nvrtcVersion(major, minor), "nvrtcVersion");
    return major[0] + "." + minor[0];
  }

  /** The options under which every source is compiled for an architecture. */
  static List<String> options(int computeCapability) {
    return options(computeCapability, List.of());
  }

  /**
   * The same with macros.
   *
   * @param macros each a name, or {@code name=value}
   */
  static List<String> options(int computeCapability, List<String> macros) {
    List<String> options = new ArrayList<>();
    options.add("--gpu-architecture=sm_" + computeCapability);
    options.add("--std=c++17");
    macros.forEach(macro -> options.add("--define-macro=" + macro));
    return List.copyOf(options);
  }

  /**
   * Compiles a source.
   *
   * @return the machine code (a cubin)
   * @throws EngineException with the compiler's log
   */
  static byte[] compile(Source source, List<String> options) {
    _nvrtcProgram program = new _nvrtcProgram();
    String[] headerNames = source.headers().keySet().toArray(new String[0]);
    String[] headerTexts = source.headers().values().toArray(new String[0]);
    try (BytePointer text = new BytePointer(source.text());
        BytePointer name = new BytePointer(source.name());
        PointerPointer<BytePointer> names = new PointerPointer<>(headerNames);
        PointerPointer<BytePointer> texts = new PointerPointer<>(headerTexts);
        PointerPointer<BytePointer> flags = new PointerPointer<>(options.toArray(new String[0]))) {
      CudaCheck.nvrtc(
          nvrtc.nvrtcCreateProgram(program, text, name, headerNames.length, texts, names),
          "nvrtcCreateProgram(" + source.name() + ")");
      int code = nvrtc.nvrtcCompileProgram(program, options.size(), flags);
      if (code != CudaCheck.SUCCESS) {
        throw new EngineException(
            source.name()
                + " does not compile with "
                + String.join(" ", options)
                + ":\n"
                + log(program).strip());
      }
      return cubin(program);
    } finally {
      if (!program.isNull()) {
        CudaCheck.nvrtc(nvrtc.nvrtcDestroyProgram(program), "nvrtcDestroyProgram");
      }
    }
  }

  private static String log(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      CudaCheck.nvrtc(nvrtc.nvrtcGetProgramLogSize(program, size), "nvrtcGetProgramLogSize");
      byte[] chars = new byte[(int) Math.max(1, size.get())];
      CudaCheck.nvrtc(nvrtc.nvrtcGetProgramLog(program, chars), "nvrtcGetProgramLog");
      return new String(chars, 0, chars.length - 1, StandardCharsets.UTF_8);
    }
  }

  private static byte[] cubin(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      CudaCheck.nvrtc(nvrtc.nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
      byte[] code = new byte[(int) size.get()];
      CudaCheck.nvrtc(nvrtc.nvrtcGetCUBIN(program, code), "nvrtcGetCUBIN");
      return code;
    }
  }
}
