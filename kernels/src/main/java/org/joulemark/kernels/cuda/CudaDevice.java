package org.joulemark.kernels.cuda;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUuuid;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.engine.EngineException;

/**
 * One GPU with its primary context, which is shared with every library in this process and given
 * back by {@link #close}. A thread calls {@link #makeCurrent} before it calls anything else here.
 */
public final class CudaDevice implements AutoCloseable {
  /** The driver interface that the CUDA 13 libraries need. */
  private static final int REQUIRED_DRIVER_INTERFACE = 13_000;

  private final int handle;
  private final CUctx_st context;
  private final String name;
  private final String uuid;
  private final String pciBusId;
  private final int computeCapability;
  private final int multiprocessors;
  private final int maxThreadsPerMultiprocessor;
  private final long l2Bytes;
  private final long memoryBytes;
  private final int driverInterface;
  private boolean closed;

  private CudaDevice(int handle, int driverInterface) {
    this.handle = handle;
    this.driverInterface = driverInterface;
    name = nameOf(handle);
    uuid = uuidOf(handle);
    pciBusId = pciBusIdOf(handle);
    computeCapability =
        10 * attribute(cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    multiprocessors = attribute(cudart.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    maxThreadsPerMultiprocessor =
        attribute(cudart.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR);
    l2Bytes = attribute(cudart.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
    memoryBytes = memoryOf(handle);
    context = new CUctx_st();
    CudaCheck.driver(cudart.cuDevicePrimaryCtxRetain(context, handle), "cuDevicePrimaryCtxRetain");
    try {
      makeCurrent();
    } catch (RuntimeException | Error failure) {
      Closing.after(failure, this::close);
      throw failure;
    }
  }

  /**
   * Opens the device with that index or UUID ({@code GPU-…}; a prefix that fits one device is
   * enough).
   *
   * @throws EngineException if there is no such device, naming those that exist, or if the driver
   *     is too old
   */
  static CudaDevice open(String device) {
    CudaCheck.driver(cudart.cuInit(0), "cuInit");
    int[] version = new int[1];
    CudaCheck.driver(cudart.cuDriverGetVersion(version), "cuDriverGetVersion");
    if (version[0] < REQUIRED_DRIVER_INTERFACE) {
      throw new EngineException(
          "The NVIDIA driver offers CUDA "
              + interfaceName(version[0])
              + " but the CUDA 13 libraries need "
              + interfaceName(REQUIRED_DRIVER_INTERFACE)
              + "; update the driver to 580 or newer.");
    }
    int[] count = new int[1];
    CudaCheck.driver(cudart.cuDeviceGetCount(count), "cuDeviceGetCount");
    List<String> uuids = new ArrayList<>();
    int[] handles = new int[count[0]];
    for (int index = 0; index < count[0]; index++) {
      int[] handle = new int[1];
      CudaCheck.driver(cudart.cuDeviceGet(handle, index), "cuDeviceGet");
      handles[index] = handle[0];
      uuids.add(uuidOf(handle[0]));
    }
    return new CudaDevice(handles[indexOf(device, uuids)], version[0]);
  }

  /**
   * The index that the user's {@code device} names.
   *
   * @throws EngineException with one sentence that lists the valid choices
   */
  static int indexOf(String device, List<String> uuids) {
    if (uuids.isEmpty()) {
      throw new EngineException(
          "The driver sees no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES.");
    }
    if (device.matches("[0-9]{1,4}")) {
      int index = Integer.parseInt(device);
      if (index < uuids.size()) {
        return index;
      }
    } else if (!device.isEmpty()) {
      List<Integer> fitting = new ArrayList<>();
      for (int index = 0; index < uuids.size(); index++) {
        if (uuids.get(index).toLowerCase(Locale.ROOT).startsWith(device.toLowerCase(Locale.ROOT))) {
          fitting.add(index);
        }
      }
      if (fitting.size() == 1) {
        return fitting.get(0);
      }
    }
    List<String> choices = new ArrayList<>();
    for (int index = 0; index < uuids.size(); index++) {
      choices.add(index + " (" + uuids.get(index) + ")");
    }
    throw new EngineException(
        "device=" + device + " is not known; choose from " + String.join(", ", choices) + ".");
  }

  /** Makes this device's context current in the calling thread. */
  public void makeCurrent() {
    CudaCheck.driver(cudart.cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  /** The context in which everything runs. */
  CUctx_st context() {
    return context;
  }

  /** Marketing name. */
  public String name() {
    return name;
  }

  /** {@code GPU-…}, the same that NVML reports. */
  public String uuid() {
    return uuid;
  }

  /** Domain, bus and device, such as {@code 0000:1b:00.0}. */
  public String pciBusId() {
    return pciBusId;
  }

  /** Compute capability times ten: 75, 80, 86, 89, 90, 100, 120. */
  public int computeCapability() {
    return computeCapability;
  }

  /** Streaming multiprocessors. */
  public int multiprocessors() {
    return multiprocessors;
  }

  /** Threads that a multiprocessor can hold. */
  public int maxThreadsPerMultiprocessor() {
    return maxThreadsPerMultiprocessor;
  }

  /** Size of the last-level cache. */
  public long l2Bytes() {
    return l2Bytes;
  }

  /** Size of the device memory. */
  public long memoryBytes() {
    return memoryBytes;
  }

  /** The driver's CUDA version, such as {@code 13.0}. */
  public String driverInterface() {
    return interfaceName(driverInterface);
  }

  /** Device memory that can be allocated now. */
  public long freeBytes() {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1)) {
      CudaCheck.driver(cudart.cuMemGetInfo(free, total), "cuMemGetInfo");
      return free.get();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      CudaCheck.driver(cudart.cuDevicePrimaryCtxRelease(handle), "cuDevicePrimaryCtxRelease");
    }
  }

  private int attribute(int attribute) {
    int[] value = new int[1];
    CudaCheck.driver(cudart.cuDeviceGetAttribute(value, attribute, handle), "cuDeviceGetAttribute");
    return value[0];
  }

  private static String interfaceName(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  private static String nameOf(int handle) {
    byte[] chars = new byte[256];
    CudaCheck.driver(cudart.cuDeviceGetName(chars, chars.length, handle), "cuDeviceGetName");
    return terminated(chars);
  }

  private static String pciBusIdOf(int handle) {
    byte[] chars = new byte[32];
    CudaCheck.driver(
        cudart.cuDeviceGetPCIBusId(chars, chars.length, handle), "cuDeviceGetPCIBusId");
    return terminated(chars);
  }

  private static String terminated(byte[] chars) {
    int length = 0;
    while (length < chars.length && chars[length] != 0) {
      length++;
    }
    return new String(chars, 0, length, StandardCharsets.UTF_8);
  }

  private static long memoryOf(int handle) {
    try (SizeTPointer bytes = new SizeTPointer(1)) {
      CudaCheck.driver(cudart.cuDeviceTotalMem(bytes, handle), "cuDeviceTotalMem");
      return bytes.get();
    }
  }

  private static String uuidOf(int handle) {
    try (CUuuid uuid = new CUuuid()) {
      CudaCheck.driver(cudart.cuDeviceGetUuid(uuid, handle), "cuDeviceGetUuid");
      byte[] bytes = new byte[16];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = uuid.bytes(i);
      }
      return formatUuid(bytes);
    }
  }

  /** The way in which NVML and nvidia-smi write a UUID. */
  static String formatUuid(byte[] bytes) {
    StringBuilder text = new StringBuilder("GPU");
    for (int i = 0; i < bytes.length; i++) {
      if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) {
        text.append('-');
      }
      text.append(String.format("%02x", bytes[i] & 0xff));
    }
    return text.toString();
  }
}
