package org.joulemark.kernels.cuda;

import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;

/** The library's handle on a device; its work goes to one stream. */
final class Cudnn implements AutoCloseable {
  private static final int MAJOR = 10_000;
  private static final int MINOR = 100;

  private final cudnnContext handle = new cudnnContext();

  /** On the current device; the library is loaded. */
  Cudnn(CudaStream stream) {
    CudaCheck.cudnn(cudnn.cudnnCreate(handle), "cudnnCreate");
    boolean complete = false;
    try {
      CudaCheck.cudnn(cudnn.cudnnSetStream(handle, stream.handle()), "cudnnSetStream");
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /** The loaded library's {@code major.minor.patch}. */
  static String version() {
    long number = cudnn.cudnnGetVersion();
    return number / MAJOR + "." + number / MINOR % MINOR + "." + number % MINOR;
  }

  /** For calls of the library. */
  cudnnContext handle() {
    return handle;
  }

  @Override
  public void close() {
    if (!handle.isNull()) {
      int code = cudnn.cudnnDestroy(handle);
      handle.setNull();
      CudaCheck.cudnn(code, "cudnnDestroy");
    }
  }
}
