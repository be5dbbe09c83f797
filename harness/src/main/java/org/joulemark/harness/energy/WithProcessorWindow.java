package org.joulemark.harness.energy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.joulemark.harness.metrics.Metric;
import org.jspecify.annotations.Nullable;

/**
 * A GPU's window with the processor's beside it: {@code energy.cpu} and their sum {@code
 * energy.process}, only where both are measured. The figure itself stays the GPU's alone.
 */
public final class WithProcessorWindow implements EnergyWindow {
  private final EnergyWindow gpu;
  private final @Nullable EnergyWindow processor;
  private final String whyNot;
  private double gpuJoulesPerUnit = Double.NaN;
  private double processorJoulesPerUnit = Double.NaN;

  /**
   * Over both windows, which it owns.
   *
   * @param processor measured by a counter; null where there is none
   * @param whyNot why there is none, in one sentence
   */
  public WithProcessorWindow(EnergyWindow gpu, @Nullable EnergyWindow processor, String whyNot) {
    this.gpu = gpu;
    this.processor = processor;
    this.whyNot = whyNot;
  }

  @Override
  public MeterInfo meter() {
    return gpu.meter();
  }

  @Override
  public void open(LongSupplier completedUnits, int round) {
    if (processor != null) {
      processor.open(completedUnits, round);
    }
    gpu.open(completedUnits, round);
  }

  @Override
  public WindowResult read() {
    WindowResult result = gpu.read();
    gpuJoulesPerUnit =
        result.meter().kind() == EnergyKind.MEASURED
            ? result.energyJoules() / result.units()
            : Double.NaN;
    if (processor != null) {
      WindowResult beside = processor.read();
      processorJoulesPerUnit = beside.energyJoules() / beside.units();
    }
    return result;
  }

  @Override
  public long fromNanos() {
    return gpu.fromNanos();
  }

  @Override
  public long toNanos() {
    return gpu.toNanos();
  }

  @Override
  public List<Metric> details() {
    List<Metric> details = new ArrayList<>(gpu.details());
    details.add(new Metric("energy.cpu", processorJoulesPerUnit, "J/op"));
    details.add(new Metric("energy.process", gpuJoulesPerUnit + processorJoulesPerUnit, "J/op"));
    return details;
  }

  @Override
  public void takeIdleBaseline() {
    gpu.takeIdleBaseline();
  }

  @Override
  public Map<String, String> remarks() {
    Map<String, String> remarks = new LinkedHashMap<>(gpu.remarks());
    if (processor == null) {
      remarks.put("energy.process", whyNot);
    }
    return remarks;
  }

  @Override
  public double temperatureCelsius() {
    return gpu.temperatureCelsius();
  }

  @Override
  public void end() {
    gpu.end();
    if (processor != null) {
      processor.end();
    }
  }

  @Override
  public void close() {
    gpu.close();
    if (processor != null) {
      processor.close();
    }
  }
}
