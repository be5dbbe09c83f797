package org.joulemark.kernels.engine;

import java.util.Map;
import java.util.Optional;

/**
 * Work that another work carries out: every call goes to {@link #work}, so that a class which adds
 * something to a work says only what it adds.
 */
public abstract class ForwardingWork implements Work {

  /** For subclasses. */
  protected ForwardingWork() {}

  /** What carries out the units; the same one at every call. */
  protected abstract Work work();

  @Override
  public void submit() {
    work().submit();
  }

  @Override
  public void prime() {
    work().prime();
  }

  @Override
  public void drain() {
    work().drain();
  }

  @Override
  public long completed() {
    return work().completed();
  }

  @Override
  public DeviceTimes deviceTimes() {
    return work().deviceTimes();
  }

  @Override
  public void resetDeviceTimes() {
    work().resetDeviceTimes();
  }

  @Override
  public Map<String, String> facts() {
    return work().facts();
  }

  @Override
  public Optional<Decisions> decisions() {
    return work().decisions();
  }

  @Override
  public void close() {
    work().close();
  }
}
