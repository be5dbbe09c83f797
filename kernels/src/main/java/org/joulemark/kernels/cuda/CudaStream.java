package org.joulemark.kernels.cuda;

import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;

/** A queue of work on the device, independent of the default stream. */
public final class CudaStream implements AutoCloseable {
  private final CUstream_st handle = new CUstream_st();

  /** A new stream of the current device. */
  public CudaStream() {
    CudaCheck.driver(
        cudart.cuStreamCreate(handle, cudart.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  }

  /** For calls of the libraries. */
  CUstream_st handle() {
    return handle;
  }

  /** Whether what is enqueued is captured into a graph rather than run. */
  boolean isCapturing() {
    int[] status = new int[1];
    CudaCheck.driver(cudart.cuStreamIsCapturing(handle, status), "cuStreamIsCapturing");
    return status[0] != cudart.CU_STREAM_CAPTURE_STATUS_NONE;
  }

  /** Waits until everything enqueued so far is done. */
  public void synchronize() {
    CudaCheck.driver(cudart.cuStreamSynchronize(handle), "cuStreamSynchronize");
  }

  @Override
  public void close() {
    if (!handle.isNull()) {
      int code = cudart.cuStreamDestroy(handle);
      handle.setNull();
      CudaCheck.driver(code, "cuStreamDestroy");
    }
  }
}
