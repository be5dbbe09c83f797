package org.joulemark.harness.energy.source;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.joulemark.harness.energy.nvml.GpuMethod;
import org.jspecify.annotations.Nullable;

/** How energy is to be found. */
public enum Method {
  /** The best that the device offers: a GPU's counter; for a processor RAPL, else the model. */
  AUTO(null),
  /** A GPU's energy counter. */
  COUNTER(GpuMethod.COUNTER),
  /** A GPU's present power, integrated. */
  INSTANT(GpuMethod.INSTANT),
  /** A GPU's power averaged over a second by its sensor, integrated. */
  AVERAGE(GpuMethod.AVERAGE),
  /** The driver's buffer of a GPU's power samples, integrated. */
  SAMPLES(GpuMethod.SAMPLES),
  /** A GPU's power once a second, each reading counted for a second: what the study did. */
  STUDY(GpuMethod.STUDY),
  /** RAPL counters of the processor packages and their memory. */
  RAPL(null),
  /** The stated power model of the processor. */
  MODELLED(null);

  private final @Nullable GpuMethod gpuMethod;

  Method(@Nullable GpuMethod gpuMethod) {
    this.gpuMethod = gpuMethod;
  }

  /** The name used in options: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it means for a GPU; null if it is a processor's method. */
  @Nullable GpuMethod onGpu() {
    return this == AUTO ? GpuMethod.COUNTER : gpuMethod;
  }

  /** Whether it is a processor's method. */
  boolean isForProcessors() {
    return gpuMethod == null;
  }

  /** Every name, separated by commas. */
  public static String names() {
    return Arrays.stream(values()).map(Method::id).collect(Collectors.joining(", "));
  }

  /**
   * The method of that name.
   *
   * @throws IllegalArgumentException naming the valid ones
   */
  public static Method parse(String id) {
    for (Method method : values()) {
      if (method.id().equals(id)) {
        return method;
      }
    }
    throw new IllegalArgumentException(
        "method=" + id + " is not known; choose from " + names() + ".");
  }
}
