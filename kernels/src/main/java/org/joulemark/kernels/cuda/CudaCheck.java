package org.joulemark.kernels.cuda;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.joulemark.kernels.engine.EngineException;

/**
 * The one place where status codes of the CUDA libraries become exceptions. Each message names the
 * call, its code and its text; where there is something to do about it, it says what.
 */
final class CudaCheck {
  static final int SUCCESS = 0;
  static final int NOT_READY = 600;

  private static final int OUT_OF_MEMORY = 2;
  private static final int NO_DEVICE = 100;
  private static final int NO_BINARY_FOR_GPU = 209;
  private static final int UNSUPPORTED_PTX_VERSION = 222;
  private static final int SYSTEM_DRIVER_MISMATCH = 803;
  private static final int CUBLAS_NOT_INITIALIZED = 1;
  private static final int CUBLAS_ALLOC_FAILED = 3;
  private static final int LONGEST_TEXT = 16_384;
  private static final Pattern REASON = Pattern.compile("Reason: ([^\\n]+)");

  private CudaCheck() {}

  /**
   * Of a call to the driver.
   *
   * @throws EngineException unless {@code code} is success
   */
  static void driver(int code, String call) {
    if (code != SUCCESS) {
      throw new EngineException(
          message(call, code, driverName(code), driverText(code), driverRemedy(code)));
    }
  }

  /**
   * Of a call to cuBLAS or cuBLASLt.
   *
   * @throws EngineException unless {@code code} is success
   */
  static void cublas(int code, String call) {
    if (code != SUCCESS) {
      throw new EngineException(
          message(
              call,
              code,
              text(cublas.cublasGetStatusName(code)),
              text(cublas.cublasGetStatusString(code)),
              cublasRemedy(code)));
    }
  }

  /**
   * Of a call to NVRTC.
   *
   * @throws EngineException unless {@code code} is success
   */
  static void nvrtc(int code, String call) {
    if (code != SUCCESS) {
      throw new EngineException(message(call, code, text(nvrtc.nvrtcGetErrorString(code)), "", ""));
    }
  }

  /**
   * Of a call to cuDNN.
   *
   * @throws EngineException unless {@code code} is success
   */
  static void cudnn(int code, String call) {
    if (code != SUCCESS) {
      throw new EngineException(message(call, code, "", cudnnText(code), ""));
    }
  }

  /** What cuDNN says of a status that its last call gave: its name and the first reason. */
  static String cudnnText(int code) {
    byte[] last = new byte[LONGEST_TEXT];
    cudnn.cudnnGetLastErrorString(last, last.length);
    String name = text(cudnn.cudnnGetErrorString(code));
    String reason = firstReason(new String(last, StandardCharsets.UTF_8));
    return reason.isEmpty() ? name : name + ": " + reason;
  }

  /** The first reason in what cuDNN says of its last error, many lines long and ended by a zero. */
  static String firstReason(String said) {
    int end = said.indexOf('\0');
    String all = end < 0 ? said : said.substring(0, end);
    Matcher reason = REASON.matcher(all);
    return reason.find() ? reason.group(1).strip() : all.strip().lines().findFirst().orElse("");
  }

  /** One sentence from its parts; parts may be empty. */
  static String message(String call, int code, String name, String text, String remedy) {
    StringBuilder sentence = new StringBuilder(call).append(" failed with code ").append(code);
    if (!name.isEmpty()) {
      sentence.append(" (").append(name).append(')');
    }
    if (!text.isEmpty()) {
      sentence.append(": ").append(text);
    }
    if (!remedy.isEmpty()) {
      sentence.append("; ").append(remedy);
    }
    return sentence.append('.').toString();
  }

  /** What to do about an error of the driver, empty where there is nothing to say. */
  static String driverRemedy(int code) {
    return switch (code) {
      case OUT_OF_MEMORY ->
          "close other programs that use the GPU (nvidia-smi lists them) or choose a smaller shape";
      case NO_DEVICE -> "check with nvidia-smi that the GPU is visible, and CUDA_VISIBLE_DEVICES";
      case NO_BINARY_FOR_GPU, UNSUPPORTED_PTX_VERSION ->
          "the driver is older than the toolkit; update it to 580 or newer";
      case SYSTEM_DRIVER_MISMATCH ->
          "the driver's library and its kernel module differ; reboot or reinstall the driver";
      default -> "";
    };
  }

  private static String cublasRemedy(int code) {
    return switch (code) {
      case CUBLAS_NOT_INITIALIZED, CUBLAS_ALLOC_FAILED ->
          "free GPU memory, and check that driver and cuBLAS fit together (doctor prints both)";
      default -> "";
    };
  }

  private static String driverName(int code) {
    try (PointerPointer<BytePointer> out = new PointerPointer<>(1)) {
      out.put(0, (BytePointer) null);
      return cudart.cuGetErrorName(code, out) == SUCCESS ? text(out.get(BytePointer.class, 0)) : "";
    }
  }

  private static String driverText(int code) {
    try (PointerPointer<BytePointer> out = new PointerPointer<>(1)) {
      out.put(0, (BytePointer) null);
      return cudart.cuGetErrorString(code, out) == SUCCESS
          ? text(out.get(BytePointer.class, 0))
          : "";
    }
  }

  private static String text(BytePointer chars) {
    return chars == null || chars.isNull() ? "" : chars.getString();
  }
}
