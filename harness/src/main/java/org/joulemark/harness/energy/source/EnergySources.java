package org.joulemark.harness.energy.source;

import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyMeter;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.NetWindow;
import org.joulemark.harness.energy.WholeWindow;
import org.joulemark.harness.energy.WithProcessorWindow;
import org.joulemark.harness.energy.modelled.ModelledMeter;
import org.joulemark.harness.energy.nvml.GpuFacts;
import org.joulemark.harness.energy.nvml.GpuMethod;
import org.joulemark.harness.energy.nvml.GpuWindows;
import org.joulemark.harness.energy.nvml.Nvml;
import org.joulemark.harness.energy.nvml.NvmlDevice;
import org.joulemark.harness.energy.rapl.RaplMeter;
import org.joulemark.harness.metrics.Metric;
import org.jspecify.annotations.Nullable;

/** Every energy source of this host: picks one for a benchmark's device, and examines them all. */
public final class EnergySources {
  /** What a benchmark on the processor calls its device. */
  public static final String PROCESSOR = "cpu";

  /** How a benchmark on a GPU calls its device, before the UUID. */
  public static final String GPU_PREFIX = "cuda:";

  private static final double IDLE_REST_SECONDS = 2;
  private static final double IDLE_BASELINE_SECONDS = 2;

  private EnergySources() {}

  /**
   * A window over the source that the settings ask for on that device.
   *
   * @param device what the benchmark runs on: {@code cpu}, or {@code cuda:} and a GPU's UUID
   *     (several are separated by commas)
   * @throws EnergyException with the status and the reason if there is no such source; a GPU is
   *     never answered with a processor's source, nor the other way round
   */
  public static EnergyWindow open(SourceSettings settings, String device) {
    EnergyWindow gross;
    if (device.equals(PROCESSOR)) {
      gross = new WholeWindow(processorMeter(settings), System::nanoTime);
    } else if (device.startsWith(GPU_PREFIX)) {
      gross = gpuWindow(settings, device);
    } else {
      throw new EnergyException(
          EnergyStatus.UNSUPPORTED, "There is no energy source for the device " + device + ".");
    }
    return settings.netOfIdle()
        ? new NetWindow(gross, IDLE_REST_SECONDS, IDLE_BASELINE_SECONDS)
        : gross;
  }

  /**
   * The kind that figures of that device are meant to have even if its source fails; null if that
   * depends on what the host offers.
   */
  public static @Nullable EnergyKind intendedKind(SourceSettings settings, String device) {
    GpuMethod onGpu = settings.method().onGpu();
    return device.startsWith(GPU_PREFIX) && onGpu != null ? onGpu.kind() : null;
  }

  /**
   * The details that a window of that device tells, all NaN: so that an iteration without a window
   * has the same names as one with it. A processor's window tells none.
   */
  public static List<Metric> absentDetails(SourceSettings settings, String device) {
    List<Metric> details = new ArrayList<>();
    if (device.startsWith(GPU_PREFIX)) {
      List<String> gpus = gpus(settings, device);
      // How many "all" are, only the library knows; without it there is no name to keep.
      if (!gpus.contains("all")) {
        details.addAll(GpuWindows.absentDetails(gpus.size(), settings.netOfIdle()));
      }
      details.add(new Metric("energy.cpu", Double.NaN, "J/op"));
      details.add(new Metric("energy.process", Double.NaN, "J/op"));
    }
    if (settings.netOfIdle()) {
      details.add(new Metric(NetWindow.IDLE_POWER, Double.NaN, "W"));
    }
    return details;
  }

  private static List<String> gpus(SourceSettings settings, String device) {
    return settings.devices().isEmpty()
        ? List.of(device.substring(GPU_PREFIX.length()).split(",", -1))
        : settings.devices();
  }

  private static EnergyWindow gpuWindow(SourceSettings settings, String device) {
    GpuMethod method = settings.method().onGpu();
    if (method == null) {
      throw new EnergyException(
          EnergyStatus.UNSUPPORTED,
          "method="
              + settings.method().id()
              + " is for processors, and this benchmark runs on "
              + device
              + ".");
    }
    EnergyWindow gpu =
        GpuWindows.open(
            new GpuWindows.Settings(
                method, settings.hertz(), settings.nvmlLibrary(), settings.trace()),
            gpus(settings, device));
    try {
      RaplMeter rapl = RaplMeter.open(settings.powercapRoot());
      return new WithProcessorWindow(gpu, new WholeWindow(rapl, System::nanoTime), "");
    } catch (EnergyException e) {
      return new WithProcessorWindow(
          gpu,
          null,
          "No sum of GPU and processor, because the latter is not measured: " + e.reason());
    }
  }

  private static EnergyMeter processorMeter(SourceSettings settings) {
    if (!settings.method().isForProcessors()) {
      throw new EnergyException(
          EnergyStatus.UNSUPPORTED,
          "method="
              + settings.method().id()
              + " is for GPUs, and this benchmark runs on the processor.");
    }
    return switch (settings.method()) {
      case RAPL -> RaplMeter.open(settings.powercapRoot());
      case MODELLED -> new ModelledMeter(settings.model());
      default -> bestProcessorMeter(settings);
    };
  }

  private static EnergyMeter bestProcessorMeter(SourceSettings settings) {
    try {
      return RaplMeter.open(settings.powercapRoot());
    } catch (EnergyException e) {
      // Not a silent step: every result carries the kind "modelled", and doctor says why.
      return new ModelledMeter(settings.model());
    }
  }

  /**
   * The state of every GPU of this host for a record of the environment, as {@link GpuFacts} names
   * it; empty where there is no NVML.
   */
  public static Map<String, String> gpuFacts() {
    return gpuFacts(null);
  }

  static Map<String, String> gpuFacts(@Nullable String library) {
    try (Nvml nvml = Nvml.open(library)) {
      return GpuFacts.of(nvml);
    } catch (EnergyException e) {
      // The examination says why; a record of the environment only says what there is.
      return Map.of();
    }
  }

  /** What this host offers, one line for each source; for {@code doctor}. Throws nothing. */
  public static List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(examineRapl(RaplMeter.DEFAULT_ROOT));
    findings.addAll(examineNvml(null));
    return List.copyOf(findings);
  }

  static Finding examineRapl(Path root) {
    String subject = "RAPL (processor energy)";
    try (RaplMeter meter = RaplMeter.open(root)) {
      return new Finding(subject, Finding.State.OK, meter.info().domain(), "");
    } catch (EnergyException e) {
      boolean denied = e.getCause() instanceof AccessDeniedException;
      return new Finding(
          subject,
          denied ? Finding.State.MISSING : Finding.State.ABSENT,
          e.reason() + " Processor energy is modelled instead.",
          denied ? RaplMeter.PERMISSION_REMEDY : "");
    }
  }

  static List<Finding> examineNvml(@Nullable String library) {
    List<Finding> findings = new ArrayList<>();
    try (Nvml nvml = Nvml.open(library)) {
      findings.add(
          new Finding(
              "NVML (GPU energy)",
              Finding.State.OK,
              nvml.file() + ", driver " + nvml.driverVersion(),
              ""));
      for (NvmlDevice device : nvml.devices()) {
        findings.add(examineGpu(device));
      }
    } catch (EnergyException e) {
      findings.add(
          new Finding(
              "NVML (GPU energy)",
              Finding.State.ABSENT,
              e.reason(),
              "install the NVIDIA driver; in a container, start it with --gpus all and"
                  + " NVIDIA_DRIVER_CAPABILITIES=compute,utility"));
    }
    return findings;
  }

  private static Finding examineGpu(NvmlDevice device) {
    String subject = "energy of " + device.name() + " " + device.uuid();
    try {
      if (device.migEnabled()) {
        return new Finding(
            subject,
            Finding.State.MISSING,
            "MIG is enabled: its meters cover every instance together",
            "run on a GPU without MIG, or disable it: sudo nvidia-smi -mig 0");
      }
      double joules = device.totalEnergyJoules();
      String scope = device.isModule() ? " (counts the module with its processor)" : "";
      return new Finding(
          subject, Finding.State.OK, "counter at %.0f J".formatted(joules) + scope, "");
    } catch (EnergyException e) {
      return new Finding(
          subject,
          Finding.State.ABSENT,
          e.reason(),
          "method=instant or method=average where the GPU reports its power");
    }
  }
}
