package org.joulemark.harness.energy.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyStatus;
import org.jspecify.annotations.Nullable;

/**
 * The initialised library; closing it shuts the library down, after which its devices must not be
 * used. Every call goes through one check that names the call, its code and its text.
 */
public final class Nvml implements AutoCloseable {
  private final NvmlLibrary library;

  private Nvml(NvmlLibrary library) {
    this.library = library;
  }

  /**
   * Loads and initialises the library.
   *
   * @param path its file; null for the one that the driver installed, or that the system property
   *     {@code joulemark.nvml} names
   * @throws EnergyException {@link EnergyStatus#UNSUPPORTED} if there is no library or no driver
   */
  public static Nvml open(@Nullable String path) {
    NvmlLibrary library = NvmlLibrary.load(path);
    Nvml nvml = new Nvml(library);
    nvml.check(NvmlFunction.INIT, nvml.call(NvmlFunction.INIT));
    return nvml;
  }

  int call(NvmlFunction function, Object... arguments) {
    return library.call(function, arguments);
  }

  /**
   * Passes only success.
   *
   * @throws EnergyException otherwise, with the status that the code stands for
   */
  void check(NvmlFunction function, int code) {
    if (code != NvmlReturn.SUCCESS) {
      throw failure(function.symbol(), code);
    }
  }

  EnergyException failure(String call, int code) {
    return new EnergyException(
        NvmlReturn.status(code), call + " answered " + code + " (" + library.text(code) + ").");
  }

  /** The driver's version. */
  public String driverVersion() {
    return text(NvmlFunction.DRIVER_VERSION, null);
  }

  /** The library's file. */
  public String file() {
    return library.file();
  }

  String text(NvmlFunction function, @Nullable Pointer device) {
    int length = 96;
    try (Memory buffer = new Memory(length)) {
      buffer.clear();
      check(
          function,
          device == null ? call(function, buffer, length) : call(function, device, buffer, length));
      return buffer.getString(0, StandardCharsets.UTF_8.name());
    }
  }

  /**
   * The GPUs in the library's own order, which CUDA_VISIBLE_DEVICES does not change.
   *
   * @throws EnergyException if the library does not list them
   */
  public List<NvmlDevice> devices() {
    IntByReference count = new IntByReference();
    check(NvmlFunction.DEVICE_COUNT, call(NvmlFunction.DEVICE_COUNT, count));
    List<NvmlDevice> devices = new ArrayList<>();
    for (int i = 0; i < count.getValue(); i++) {
      PointerByReference handle = new PointerByReference();
      check(NvmlFunction.DEVICE_BY_INDEX, call(NvmlFunction.DEVICE_BY_INDEX, i, handle));
      devices.add(new NvmlDevice(this, handle.getValue()));
    }
    return List.copyOf(devices);
  }

  /**
   * The GPU with that UUID.
   *
   * @throws EnergyException if there is none, naming those that there are
   */
  public NvmlDevice device(String uuid) {
    PointerByReference handle = new PointerByReference();
    int code = call(NvmlFunction.DEVICE_BY_UUID, uuid, handle);
    if (code == NvmlReturn.SUCCESS) {
      return new NvmlDevice(this, handle.getValue());
    }
    if (NvmlReturn.isAbsence(code)) {
      throw new EnergyException(
          EnergyStatus.UNSUPPORTED,
          "NVML knows no GPU "
              + uuid
              + "; it knows "
              + String.join(", ", devices().stream().map(NvmlDevice::uuid).toList())
              + ".");
    }
    throw failure(NvmlFunction.DEVICE_BY_UUID.symbol(), code);
  }

  @Override
  public void close() {
    // A code here changes no figure: every window has been read.
    call(NvmlFunction.SHUTDOWN);
  }
}
