package org.joulemark.kernels.cuda;

import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** One descriptor of cuDNN's graph interface: made, given attributes, finished, then used. */
final class CudnnDescriptor implements AutoCloseable {
  private final cudnnBackendDescriptor_t handle = new cudnnBackendDescriptor_t();
  private final String name;

  /**
   * Makes one.
   *
   * @param kind a {@code CUDNN_BACKEND_..._DESCRIPTOR}
   * @param name for messages
   */
  CudnnDescriptor(int kind, String name) {
    this.name = name;
    CudaCheck.cudnn(
        cudnn.cudnnBackendCreateDescriptor(kind, handle),
        "cudnnBackendCreateDescriptor(" + name + ")");
  }

  /** Gives it a member of one of cuDNN's enumerations. */
  CudnnDescriptor choice(int attribute, int type, int value) {
    try (IntPointer values = new IntPointer(1)) {
      values.put(0, value);
      return set(attribute, type, 1, values);
    }
  }

  /** Gives it 64-bit integers. */
  CudnnDescriptor longs(int attribute, long... numbers) {
    try (LongPointer values = new LongPointer(numbers)) {
      return set(attribute, cudnn.CUDNN_TYPE_INT64, numbers.length, values);
    }
  }

  /** Gives it a truth value. */
  CudnnDescriptor flag(int attribute, boolean flag) {
    try (BoolPointer values = new BoolPointer(1)) {
      values.put(0, flag);
      return set(attribute, cudnn.CUDNN_TYPE_BOOLEAN, 1, values);
    }
  }

  /** Gives it a text. */
  CudnnDescriptor text(int attribute, String text) {
    try (BytePointer values = new BytePointer(text)) {
      return set(attribute, cudnn.CUDNN_TYPE_CHAR, text.length() + 1L, values);
    }
  }

  /** Gives it other descriptors, which are finished. */
  CudnnDescriptor descriptors(int attribute, CudnnDescriptor... others) {
    Pointer[] handles = new Pointer[others.length];
    for (int i = 0; i < others.length; i++) {
      handles[i] = others[i].handle;
    }
    return pointers(attribute, cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR, handles);
  }

  /** Gives it the library's handle. */
  CudnnDescriptor library(int attribute, cudnnContext context) {
    return pointers(attribute, cudnn.CUDNN_TYPE_HANDLE, context);
  }

  /** Gives it addresses, on the device or on the host. */
  CudnnDescriptor addresses(int attribute, Pointer... addresses) {
    return pointers(attribute, cudnn.CUDNN_TYPE_VOID_PTR, addresses);
  }

  private CudnnDescriptor pointers(int attribute, int type, Pointer... pointers) {
    try (PointerPointer<Pointer> values = new PointerPointer<>(pointers)) {
      return set(attribute, type, pointers.length, values);
    }
  }

  private CudnnDescriptor set(int attribute, int type, long count, Pointer values) {
    CudaCheck.cudnn(
        cudnn.cudnnBackendSetAttribute(handle, attribute, type, count, values),
        "cudnnBackendSetAttribute(" + name + ", " + attribute + ")");
    return this;
  }

  /** Nothing changes any more; from now on it can be used. */
  CudnnDescriptor finish() {
    CudaCheck.cudnn(tryFinish(), "cudnnBackendFinalize(" + name + ")");
    return this;
  }

  /** The same for one that may be refused; the library's status. */
  int tryFinish() {
    return cudnn.cudnnBackendFinalize(handle);
  }

  /** A 64-bit integer of a finished one. */
  long number(int attribute) {
    try (LongPointer value = new LongPointer(1)) {
      get(attribute, cudnn.CUDNN_TYPE_INT64, 1, value);
      return value.get();
    }
  }

  /**
   * Fills descriptors that were made for it.
   *
   * @return how many of them
   */
  int fill(int attribute, CudnnDescriptor... others) {
    try (PointerPointer<Pointer> values = new PointerPointer<>(others.length)) {
      for (int i = 0; i < others.length; i++) {
        values.put(i, others[i].handle);
      }
      return (int) get(attribute, cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR, others.length, values);
    }
  }

  private long get(int attribute, int type, long count, Pointer into) {
    long[] given = new long[1];
    CudaCheck.cudnn(
        cudnn.cudnnBackendGetAttribute(handle, attribute, type, count, given, into),
        "cudnnBackendGetAttribute(" + name + ", " + attribute + ")");
    return given[0];
  }

  /** Enqueues this execution plan with operands. */
  void execute(cudnnContext context, CudnnDescriptor operands) {
    CudaCheck.cudnn(
        cudnn.cudnnBackendExecute(context, handle, operands.handle), "cudnnBackendExecute");
  }

  @Override
  public void close() {
    if (!handle.isNull()) {
      int code = cudnn.cudnnBackendDestroyDescriptor(handle);
      handle.setNull();
      CudaCheck.cudnn(code, "cudnnBackendDestroyDescriptor(" + name + ")");
    }
  }
}
