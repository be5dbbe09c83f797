package org.joulemark.harness.energy;

import java.util.Locale;

/** What an energy figure covers. */
public enum EnergyScope {
  /** The processor packages of this host, whatever runs on them. */
  CPU_PACKAGE,
  /** The processor packages of this host and their memory. */
  CPU_PACKAGE_AND_DRAM,
  /** The logical processors of this host as a model sees them, with this process's busy time. */
  CPU_MODEL,
  /** One whole GPU board, memory included. */
  GPU_BOARD,
  /** A module of processor and GPU together, such as Grace-Hopper. */
  MODULE,
  /** GPU boards and processor packages together. */
  GPU_AND_CPU;

  /** The name used in results: lower case with hyphens. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
