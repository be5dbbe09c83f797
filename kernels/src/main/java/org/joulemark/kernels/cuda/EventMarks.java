package org.joulemark.kernels.cuda;

/** Marks made of events in one stream. */
final class EventMarks implements UnitQueue.Marks, AutoCloseable {
  private final CudaScope scope = new CudaScope();
  private final CudaStream stream;
  private final CudaEvent[] events;

  /** With that many slots. */
  EventMarks(CudaStream stream, int slots) {
    this.stream = stream;
    events = new CudaEvent[slots];
    try {
      for (int slot = 0; slot < slots; slot++) {
        events[slot] = scope.own(new CudaEvent(), CudaEvent::close);
      }
    } catch (RuntimeException | Error failure) {
      scope.closeAfter(failure);
      throw failure;
    }
  }

  @Override
  public int slots() {
    return events.length;
  }

  @Override
  public void record(int slot) {
    events[slot].record(stream);
  }

  @Override
  public boolean isReached(int slot) {
    return events[slot].isReached();
  }

  @Override
  public void await(int slot) {
    events[slot].await();
  }

  @Override
  public double seconds(int fromSlot, int toSlot) {
    return events[toSlot].secondsSince(events[fromSlot]);
  }

  @Override
  public void close() {
    scope.close();
  }
}
