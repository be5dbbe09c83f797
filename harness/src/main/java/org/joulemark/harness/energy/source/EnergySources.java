package org.joulemark.harness.energy.source;

import java.util.ArrayList;
import java.util.List;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyMeter;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.WholeWindow;
import org.joulemark.harness.energy.modelled.ModelledMeter;
import org.joulemark.harness.energy.rapl.RaplMeter;

/** Every energy source of this host: picks one for a benchmark's device, and examines them all. */
public final class EnergySources {
  private EnergySources() {}

  /**
   * A window over the source that the settings ask for on that device.
   *
   * @param device what the benchmark runs on: {@code cpu}, or {@code cuda:} and a GPU's UUID
   * @throws EnergyException with the status and the reason if there is no such source; a GPU is
   *     never answered with a processor's source, nor the other way round
   */
  public static EnergyWindow open(SourceSettings settings, String device) {
    if (!device.equals("cpu")) {
      throw new EnergyException(
          EnergyStatus.UNSUPPORTED, "There is no energy source for the device " + device + ".");
    }
    return new WholeWindow(processorMeter(settings), System::nanoTime);
  }

  private static EnergyMeter processorMeter(SourceSettings settings) {
    return switch (settings.method()) {
      case RAPL -> RaplMeter.open(settings.powercapRoot());
      case MODELLED -> new ModelledMeter(settings.model());
      case AUTO -> bestProcessorMeter(settings);
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

  /** What this host offers, one line for each source; for {@code doctor}. Throws nothing. */
  public static List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(examineRapl(SourceSettings.defaults()));
    return List.copyOf(findings);
  }

  static Finding examineRapl(SourceSettings settings) {
    String subject = "RAPL (processor energy)";
    try (RaplMeter meter = RaplMeter.open(settings.powercapRoot())) {
      return new Finding(subject, Finding.State.OK, meter.info().domain(), "");
    } catch (EnergyException e) {
      boolean denied = e.getCause() instanceof java.nio.file.AccessDeniedException;
      return new Finding(
          subject,
          denied ? Finding.State.MISSING : Finding.State.ABSENT,
          e.reason() + " Processor energy is modelled instead.",
          denied ? RaplMeter.PERMISSION_REMEDY : "");
    }
  }
}
