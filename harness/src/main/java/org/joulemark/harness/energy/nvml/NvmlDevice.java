package org.joulemark.harness.energy.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyStatus;

/**
 * One GPU. Its handle belongs to the library and needs no closing. The buffers are this object's
 * own, so it is used from one thread at a time.
 *
 * <p>Readings come in two sorts. Those that a figure stands on throw {@link EnergyException} with
 * the call, its code and its text. Those that only accompany a figure are NaN where the GPU or the
 * driver does not offer them, and throw only if the GPU is lost.
 */
public final class NvmlDevice {
  /** Superchips whose counter covers processor and GPU: GH200, GB200, GB300. */
  private static final Pattern SUPERCHIP = Pattern.compile("\\bG[HB]\\d{3}\\b");

  private static final int TEMPERATURE_GPU = 0;
  static final int CLOCK_SM = 1;
  private static final int CLOCK_MEMORY = 2;
  private static final int PROCESS_SAMPLE_BYTES = 32;
  private static final int MOST_PROCESSES = 256;

  private final Nvml nvml;
  private final Pointer handle;
  private final LongByReference longOut = new LongByReference();
  private final IntByReference intOut = new IntByReference();
  private final IntByReference secondIntOut = new IntByReference();
  private final FieldValues instant = new FieldValues(NvmlField.POWER_INSTANT);
  private final FieldValues average = new FieldValues(NvmlField.POWER_AVERAGE);
  private final FieldValues throttled =
      new FieldValues(
          NvmlField.THROTTLED_POWER,
          NvmlField.THROTTLED_THERMAL,
          NvmlField.THROTTLED_SW_THERMAL,
          NvmlField.THROTTLED_HW_THERMAL,
          NvmlField.THROTTLED_POWER_BRAKE);

  NvmlDevice(Nvml nvml, Pointer handle) {
    this.nvml = nvml;
    this.handle = handle;
  }

  Pointer handle() {
    return handle;
  }

  Nvml nvml() {
    return nvml;
  }

  /** Its UUID, {@code GPU-…}. */
  public String uuid() {
    return nvml.text(NvmlFunction.UUID, handle);
  }

  /** Its name, such as {@code NVIDIA H100 80GB HBM3}. */
  public String name() {
    return nvml.text(NvmlFunction.NAME, handle);
  }

  /** Energy in joules since the driver was loaded; moves in ticks. */
  public double totalEnergyJoules() {
    nvml.check(NvmlFunction.TOTAL_ENERGY, nvml.call(NvmlFunction.TOTAL_ENERGY, handle, longOut));
    return longOut.getValue() * 1e-3;
  }

  /** Power now, in watts. */
  public double instantPowerWatts() {
    return fieldWatts(instant, "nvmlDeviceGetFieldValues(POWER_INSTANT)");
  }

  /** Mean power of the last second, in watts. */
  public double averagePowerWatts() {
    return fieldWatts(average, "nvmlDeviceGetFieldValues(POWER_AVERAGE)");
  }

  /**
   * Power in watts as nvidia-smi shows it: the mean of the last second on Ampere and later (except
   * GA100), power now on older GPUs.
   */
  public double powerUsageWatts() {
    nvml.check(NvmlFunction.POWER_USAGE, nvml.call(NvmlFunction.POWER_USAGE, handle, intOut));
    return Integer.toUnsignedLong(intOut.getValue()) * 1e-3;
  }

  private double fieldWatts(FieldValues field, String call) {
    nvml.check(NvmlFunction.FIELD_VALUES, field.read(nvml, this));
    if (field.code(0) != NvmlReturn.SUCCESS) {
      throw nvml.failure(call, field.code(0));
    }
    return field.value(0) * 1e-3;
  }

  /** As {@link #instantPowerWatts}, NaN where this GPU does not offer it. */
  double instantPowerOrNaN() {
    int code = instant.read(nvml, this);
    if (code == NvmlReturn.SUCCESS) {
      code = instant.code(0);
    }
    return present(NvmlFunction.FIELD_VALUES, code) ? instant.value(0) * 1e-3 : Double.NaN;
  }

  /**
   * Whether a reading that only accompanies a figure is there.
   *
   * @throws EnergyException if the code says more than that it is not offered
   */
  boolean present(NvmlFunction function, int code) {
    if (code != NvmlReturn.SUCCESS && !NvmlReturn.isAbsence(code)) {
      nvml.check(function, code);
    }
    return code == NvmlReturn.SUCCESS;
  }

  /** Clock of the multiprocessors in MHz; NaN where it is not offered. */
  public double smClockMhz() {
    return clock(CLOCK_SM);
  }

  /** Clock of the memory in MHz; NaN where it is not offered. */
  public double memoryClockMhz() {
    return clock(CLOCK_MEMORY);
  }

  private double clock(int which) {
    int code = nvml.call(NvmlFunction.CLOCK, handle, which, intOut);
    return present(NvmlFunction.CLOCK, code) ? intOut.getValue() : Double.NaN;
  }

  /** Temperature of the chip in degrees Celsius; NaN where it is not offered. */
  public double temperatureCelsius() {
    int code = nvml.call(NvmlFunction.TEMPERATURE, handle, TEMPERATURE_GPU, intOut);
    return present(NvmlFunction.TEMPERATURE, code) ? intOut.getValue() : Double.NaN;
  }

  /** Share of the last sampling period in which a kernel ran, in percent; NaN if not offered. */
  public double utilizationPercent() {
    // nvmlUtilization_t: u32 gpu, u32 memory.
    int code = nvml.call(NvmlFunction.UTILIZATION, handle, longOut);
    return present(NvmlFunction.UTILIZATION, code)
        ? (double) (longOut.getValue() & 0xffff_ffffL)
        : Double.NaN;
  }

  /** Bits of the reasons for the clocks as they are; 0 where they are not offered. */
  public long clockEventReasons() {
    int code = nvml.call(NvmlFunction.CLOCK_EVENT_REASONS, handle, longOut);
    return present(NvmlFunction.CLOCK_EVENT_REASONS, code) ? longOut.getValue() : 0;
  }

  /**
   * Seconds throttled so far, cumulative since the driver was loaded, each NaN where it is not
   * offered.
   */
  ThrottleTimes throttleTimes() {
    int code = throttled.read(nvml, this);
    boolean all = present(NvmlFunction.FIELD_VALUES, code);
    return new ThrottleTimes(
        seconds(all, 0), seconds(all, 1), seconds(all, 2), seconds(all, 3), seconds(all, 4));
  }

  private double seconds(boolean read, int index) {
    return read && present(NvmlFunction.FIELD_VALUES, throttled.code(index))
        ? throttled.value(index) * 1e-9
        : Double.NaN;
  }

  /** Whether the GPU is split into instances. */
  public boolean migEnabled() {
    int code = nvml.call(NvmlFunction.MIG_MODE, handle, intOut, secondIntOut);
    return present(NvmlFunction.MIG_MODE, code) && intOut.getValue() == 1;
  }

  /** Whether the energy counter covers a module of processor and GPU. */
  public boolean isModule() {
    return SUPERCHIP.matcher(name()).find();
  }

  /**
   * Process ids that ran kernels since an instant; empty where they are not offered.
   *
   * @param sinceMicros microseconds since 1970
   */
  Set<Integer> busyProcesses(long sinceMicros) {
    try (Memory buffer = new Memory((long) PROCESS_SAMPLE_BYTES * MOST_PROCESSES)) {
      intOut.setValue(MOST_PROCESSES);
      int code = nvml.call(NvmlFunction.PROCESS_UTILIZATION, handle, buffer, intOut, sinceMicros);
      Set<Integer> processes = new HashSet<>();
      if (present(NvmlFunction.PROCESS_UTILIZATION, code)) {
        for (int i = 0; i < Math.min(intOut.getValue(), MOST_PROCESSES); i++) {
          long at = (long) PROCESS_SAMPLE_BYTES * i;
          // u32 pid at 0, u64 timestamp at 8, u32 utilization of the multiprocessors at 16.
          if (buffer.getLong(at + 8) > sinceMicros && buffer.getInt(at + 16) > 0) {
            processes.add(buffer.getInt(at));
          }
        }
      }
      return processes;
    }
  }

  /**
   * Passes only a GPU that is not split.
   *
   * @throws EnergyException {@link EnergyStatus#MIG_SHARED}
   */
  void requireWhole() {
    if (migEnabled()) {
      throw new EnergyException(
          EnergyStatus.MIG_SHARED,
          "MIG is enabled on "
              + uuid()
              + ": its meters cover the whole GPU with every instance on it, so no figure belongs"
              + " to this work alone.");
    }
  }

  /**
   * Passes only a GPU whose energy counter covers nothing else.
   *
   * @throws EnergyException {@link EnergyStatus#MODULE_SCOPE}
   */
  void requireOwnCounter() {
    if (isModule()) {
      throw new EnergyException(
          EnergyStatus.MODULE_SCOPE,
          "The energy counter of "
              + name()
              + " covers the module with its processor, not the GPU alone: method=instant"
              + " integrates the GPU's own power.");
    }
  }
}
