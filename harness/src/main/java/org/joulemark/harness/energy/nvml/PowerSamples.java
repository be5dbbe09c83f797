package org.joulemark.harness.energy.nvml;

import com.sun.jna.Memory;
import com.sun.jna.ptr.IntByReference;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyMeter;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.MeterInfo;

/**
 * Energy from the driver's own buffer of power samples (nvmlDeviceGetSamples, about one each 20
 * ms): each reading fetches the samples since the last and integrates them by their own timestamps;
 * the time since the latest sample counts at that sample's power.
 */
final class PowerSamples implements EnergyMeter {
  private static final int TOTAL_POWER_SAMPLES = 0;
  private static final int SAMPLE_BYTES = 16;
  private static final int MOST_SAMPLES = 1024;
  private static final double STALE_SECONDS = 2;

  private final NvmlDevice device;
  private final MeterInfo info;
  private final Memory buffer = new Memory((long) SAMPLE_BYTES * MOST_SAMPLES);
  private final IntByReference valueType = new IntByReference();
  private final IntByReference count = new IntByReference();
  private double joules;
  private long lastMicros;
  private double lastWatts;

  /**
   * Of a device.
   *
   * @throws EnergyException if the driver keeps no samples of it
   */
  PowerSamples(NvmlDevice device, MeterInfo info) {
    this.device = device;
    this.info = info;
    long now = nowMicros();
    fetch(now - 1_000_000);
    if (lastMicros == 0) {
      throw new EnergyException(
          EnergyStatus.UNSUPPORTED, "The driver keeps no power samples of " + info.domain() + ".");
    }
    joules = 0;
  }

  private static long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  /** Adds the samples after that instant. */
  private void fetch(long sinceMicros) {
    count.setValue(MOST_SAMPLES);
    int code =
        device
            .nvml()
            .call(
                NvmlFunction.SAMPLES,
                device.handle(),
                TOTAL_POWER_SAMPLES,
                sinceMicros,
                valueType,
                count,
                buffer);
    if (code == NvmlReturn.NOT_FOUND) {
      // No sample since then.
      return;
    }
    device.nvml().check(NvmlFunction.SAMPLES, code);
    for (int i = 0; i < Math.min(count.getValue(), MOST_SAMPLES); i++) {
      // nvmlSample_t: u64 microseconds at 0, value at 8; power is an unsigned int in mW.
      add(
          buffer.getLong((long) SAMPLE_BYTES * i),
          Integer.toUnsignedLong(buffer.getInt((long) SAMPLE_BYTES * i + 8)) * 1e-3);
    }
  }

  private void add(long micros, double watts) {
    if (micros <= lastMicros) {
      return;
    }
    if (lastMicros != 0) {
      joules += (lastWatts + watts) / 2 * (micros - lastMicros) * 1e-6;
    }
    lastMicros = micros;
    lastWatts = watts;
  }

  @Override
  public MeterInfo info() {
    return info;
  }

  @Override
  public double readJoules() {
    fetch(lastMicros);
    double sinceSeconds = (nowMicros() - lastMicros) * 1e-6;
    if (sinceSeconds > STALE_SECONDS) {
      throw new EnergyException(
          EnergyStatus.STUCK,
          "The driver has taken no power sample of " + info.domain() + " for 2 s.");
    }
    return joules + lastWatts * Math.max(0, sinceSeconds);
  }

  @Override
  public void close() {
    buffer.close();
  }
}
