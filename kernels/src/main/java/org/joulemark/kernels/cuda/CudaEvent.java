package org.joulemark.kernels.cuda;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;

/** A mark in a stream with the device's own time. Waiting for it gives the processor away. */
public final class CudaEvent implements AutoCloseable {
  private final CUevent_st handle = new CUevent_st();
  private final FloatPointer milliseconds = new FloatPointer(1);

  /** A new event of the current device. */
  public CudaEvent() {
    CudaCheck.driver(cudart.cuEventCreate(handle, cudart.CU_EVENT_BLOCKING_SYNC), "cuEventCreate");
  }

  /** Marks the place in the stream that everything enqueued so far has reached. */
  public void record(CudaStream stream) {
    CudaCheck.driver(cudart.cuEventRecord(handle, stream.handle()), "cuEventRecord");
  }

  /** Whether the device has passed the mark. */
  public boolean isReached() {
    int code = cudart.cuEventQuery(handle);
    if (code == CudaCheck.NOT_READY) {
      return false;
    }
    CudaCheck.driver(code, "cuEventQuery");
    return true;
  }

  /** Sleeps until the device has passed the mark. */
  public void await() {
    CudaCheck.driver(cudart.cuEventSynchronize(handle), "cuEventSynchronize");
  }

  /** Seconds of the device's clock from {@code earlier} to this mark; both have been passed. */
  public double secondsSince(CudaEvent earlier) {
    CudaCheck.driver(
        cudart.cuEventElapsedTime(milliseconds, earlier.handle, handle), "cuEventElapsedTime");
    return milliseconds.get() * 1e-3;
  }

  @Override
  public void close() {
    milliseconds.close();
    if (!handle.isNull()) {
      int code = cudart.cuEventDestroy(handle);
      handle.setNull();
      CudaCheck.driver(code, "cuEventDestroy");
    }
  }
}
