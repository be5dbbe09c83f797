package org.joulemark.harness.energy.rapl;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyMeter;
import org.joulemark.harness.energy.EnergyScope;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.MeterInfo;

/**
 * The energy counters of every processor package, and of its memory where the processor has such a
 * counter, through Linux powercap (kernel documentation, {@code power/powercap/powercap.rst}; AMD
 * processors appear there too). Covers whatever runs on the host, not this process alone.
 */
public final class RaplMeter implements EnergyMeter {
  /** Where Linux shows powercap. */
  public static final Path DEFAULT_ROOT = Path.of("/sys/class/powercap");

  /** The one line that lets every user read the counters until the next start of the host. */
  public static final String PERMISSION_REMEDY =
      "sudo chmod -R a+r /sys/devices/virtual/powercap/intel-rapl";

  /** The counters are updated about once a millisecond (Intel SDM, volume 3, RAPL interfaces). */
  private static final double TICK_SECONDS = 0.001;

  /** The usual energy unit of the counters, 2⁻¹⁴ J; some processors have a finer one. */
  private static final double QUANTUM_JOULES = 1.0 / (1 << 14);

  private final List<PowercapZone> zones;
  private final List<WrappingCounter> counters;
  private final PowercapFiles files;
  private final MeterInfo info;

  private RaplMeter(List<PowercapZone> zones, PowercapFiles files) {
    this.zones = zones;
    this.files = files;
    this.counters =
        zones.stream()
            .map(zone -> new WrappingCounter(zone.rangeMicrojoules(), microjoules(zone)))
            .toList();
    boolean dram = zones.stream().anyMatch(PowercapZone::isDram);
    this.info =
        new MeterInfo(
            "rapl",
            EnergyKind.MEASURED,
            dram ? EnergyScope.CPU_PACKAGE_AND_DRAM : EnergyScope.CPU_PACKAGE,
            zones.stream().map(PowercapZone::name).collect(Collectors.joining("+")),
            TICK_SECONDS,
            QUANTUM_JOULES * zones.size(),
            Double.NaN,
            0);
  }

  /**
   * Opens every package and memory counter under {@code root}.
   *
   * @throws EnergyException with {@link EnergyStatus#UNSUPPORTED} and what to do if there is none,
   *     or if one may not be read
   */
  public static RaplMeter open(Path root) {
    return open(root, file -> Files.readString(file).strip());
  }

  static RaplMeter open(Path root, PowercapFiles files) {
    List<PowercapZone> zones = new ArrayList<>();
    try {
      // intel-rapl:0 is a package, intel-rapl:0:1 a part of it; intel-rapl-mmio shows the same
      // packages a second time and is left out.
      for (Path packageFolder : folders(root, "intel-rapl:[0-9]*")) {
        String name = files.read(packageFolder.resolve("name"));
        if (packageFolder.getFileName().toString().chars().filter(c -> c == ':').count() == 1
            && name.startsWith("package")) {
          zones.add(zone(packageFolder, name, files));
          for (Path part : folders(packageFolder, "intel-rapl:*")) {
            if (files.read(part.resolve("name")).equals("dram")) {
              zones.add(zone(part, "dram", files));
            }
          }
        }
      }
    } catch (AccessDeniedException e) {
      throw denied(e);
    } catch (IOException e) {
      throw new EnergyException(
          EnergyStatus.UNSUPPORTED, "RAPL under " + root + " cannot be read: " + e + ".", e);
    }
    if (zones.isEmpty()) {
      throw new EnergyException(
          EnergyStatus.UNSUPPORTED,
          "There is no RAPL counter under "
              + root
              + " (a virtual machine or container without it, or the module intel_rapl_msr is not"
              + " loaded).");
    }
    return new RaplMeter(List.copyOf(zones), files);
  }

  private static List<Path> folders(Path parent, String pattern) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(parent)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, pattern)) {
        entries.forEach(found::add);
      }
    }
    found.sort(null);
    return found;
  }

  private static PowercapZone zone(Path folder, String name, PowercapFiles files)
      throws IOException {
    long range = parse(files.read(folder.resolve("max_energy_range_uj")), folder);
    return new PowercapZone(name, folder.resolve("energy_uj"), range);
  }

  private static long parse(String text, Path file) throws IOException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(file + " holds \"" + text + "\" and not a number", e);
    }
  }

  private static EnergyException denied(AccessDeniedException e) {
    return new EnergyException(
        EnergyStatus.UNSUPPORTED,
        "The RAPL counters are there but may not be read ("
            + e.getFile()
            + "); to allow it: "
            + PERMISSION_REMEDY
            + ".",
        e);
  }

  private long microjoules(PowercapZone zone) {
    try {
      return parse(files.read(zone.energyFile()), zone.energyFile());
    } catch (AccessDeniedException e) {
      throw denied(e);
    } catch (IOException e) {
      throw new EnergyException(
          EnergyStatus.LOST, "The RAPL counter of " + zone.name() + " cannot be read: " + e, e);
    }
  }

  @Override
  public MeterInfo info() {
    return info;
  }

  @Override
  public double readJoules() {
    long sum = 0;
    for (int i = 0; i < zones.size(); i++) {
      sum += counters.get(i).unwrap(microjoules(zones.get(i)));
    }
    return sum * 1e-6;
  }

  @Override
  public void close() {
    // Files are opened and closed by each reading.
  }
}
