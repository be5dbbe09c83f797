package org.joulemark.harness.energy.nvml;

import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyMeter;
import org.joulemark.harness.energy.EnergyScope;
import org.joulemark.harness.energy.MeterInfo;
import org.joulemark.harness.energy.TickCalibration;

/** The GPU's own energy counter (Volta and later), its tick calibrated when it is opened. */
final class NvmlCounterMeter implements EnergyMeter {
  /** Sensors differ by up to ±5 % from card to card (arXiv:2312.02741). */
  static final double GAIN_ERROR = 0.05;

  private static final double QUANTUM_JOULES = 1e-3;

  private final NvmlDevice device;
  private final MeterInfo info;

  NvmlCounterMeter(NvmlDevice device) {
    this.device = device;
    String uuid = device.uuid();
    this.info =
        new MeterInfo(
            "nvml-counter",
            EnergyKind.MEASURED,
            EnergyScope.GPU_BOARD,
            uuid,
            TickCalibration.tickSeconds(uuid, device::totalEnergyJoules, System::nanoTime),
            QUANTUM_JOULES,
            GAIN_ERROR,
            0);
  }

  @Override
  public MeterInfo info() {
    return info;
  }

  @Override
  public double readJoules() {
    return device.totalEnergyJoules();
  }

  @Override
  public void close() {
    // The library owns the device's handle.
  }
}
