package org.joulemark.harness.energy.nvml;

import java.util.Set;
import java.util.TreeSet;

/**
 * Tells whether another process used a GPU during a window, from the driver's samples of who ran
 * kernels. In a container the driver numbers processes as the host does, so this process's own id
 * may mean nothing to it: then the one process that was busy while this one worked is taken for
 * this one, and any that comes later is foreign.
 */
final class ForeignLoad {
  private static final int UNKNOWN = -1;

  private final NvmlDevice device;
  private final int ownPid;
  private int adopted = UNKNOWN;
  private long sinceMicros;

  ForeignLoad(NvmlDevice device, long ownPid) {
    this.device = device;
    this.ownPid = (int) ownPid;
  }

  /** A window begins. */
  void begin(long nowMicros) {
    sinceMicros = nowMicros;
  }

  /** Processes other than this one that ran kernels since the window began, by driver's number. */
  Set<Integer> foreign() {
    Set<Integer> busy = new TreeSet<>(device.busyProcesses(sinceMicros));
    if (!busy.remove(ownPid) && adopted == UNKNOWN && busy.size() == 1) {
      adopted = busy.iterator().next();
    }
    busy.remove(adopted);
    return busy;
  }
}
