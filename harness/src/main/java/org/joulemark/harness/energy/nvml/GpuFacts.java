package org.joulemark.harness.energy.nvml;

import com.sun.jna.ptr.IntByReference;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The state of every GPU of this host as facts for a record of the environment. */
public final class GpuFacts {
  private GpuFacts() {}

  /**
   * Name, UUID, clocks, power limits and temperature of each GPU in stable dotted keys such as
   * {@code gpu0.power.limit.watts}, and the driver's version; what a GPU does not offer is left
   * out.
   *
   * @throws org.joulemark.harness.energy.EnergyException if a GPU is lost
   */
  public static Map<String, String> of(Nvml nvml) {
    Map<String, String> facts = new TreeMap<>();
    facts.put("driver.version", nvml.driverVersion());
    List<NvmlDevice> devices = nvml.devices();
    for (int i = 0; i < devices.size(); i++) {
      NvmlDevice device = devices.get(i);
      String prefix = "gpu" + i + ".";
      facts.put(prefix + "name", device.name());
      facts.put(prefix + "uuid", device.uuid());
      facts.put(prefix + "mig", String.valueOf(device.migEnabled()));
      put(facts, prefix + "clock.sm.mhz", device.smClockMhz());
      put(facts, prefix + "clock.memory.mhz", device.memoryClockMhz());
      put(facts, prefix + "temperature.celsius", device.temperatureCelsius());
      put(facts, prefix + "clock.sm.max.mhz", maxSmClockMhz(nvml, device));
      put(facts, prefix + "power.limit.watts", watts(nvml, device, NvmlFunction.POWER_LIMIT));
      put(
          facts,
          prefix + "power.limit.default.watts",
          watts(nvml, device, NvmlFunction.POWER_LIMIT_DEFAULT));
    }
    return facts;
  }

  private static void put(Map<String, String> facts, String key, double value) {
    if (!Double.isNaN(value)) {
      facts.put(key, value == Math.rint(value) ? String.valueOf((long) value) : "" + value);
    }
  }

  private static double watts(Nvml nvml, NvmlDevice device, NvmlFunction function) {
    IntByReference milliwatts = new IntByReference();
    int code = nvml.call(function, device.handle(), milliwatts);
    return device.present(function, code)
        ? Integer.toUnsignedLong(milliwatts.getValue()) * 1e-3
        : Double.NaN;
  }

  private static double maxSmClockMhz(Nvml nvml, NvmlDevice device) {
    IntByReference mhz = new IntByReference();
    int code = nvml.call(NvmlFunction.MAX_CLOCK, device.handle(), NvmlDevice.CLOCK_SM, mhz);
    return device.present(NvmlFunction.MAX_CLOCK, code) ? mhz.getValue() : Double.NaN;
  }
}
