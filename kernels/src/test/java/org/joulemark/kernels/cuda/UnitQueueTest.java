package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.joulemark.kernels.engine.DeviceTimes;
import org.junit.jupiter.api.Test;

class UnitQueueTest {

  /** A stream whose units take a fixed time and run only when somebody waits or time is given. */
  private static final class FakeStream implements UnitQueue.Marks {
    final double secondsPerUnit;
    final int slots;
    final long[] unitsAtMark;
    final List<Integer> awaited = new ArrayList<>();
    long enqueued;
    long done;
    int batches;
    int singles;
    long mostInFlight;

    FakeStream(double secondsPerUnit, int slots) {
      this.secondsPerUnit = secondsPerUnit;
      this.slots = slots;
      this.unitsAtMark = new long[slots];
    }

    void enqueue(int units) {
      enqueued += units;
      mostInFlight = Math.max(mostInFlight, enqueued - done);
    }

    @Override
    public int slots() {
      return slots;
    }

    @Override
    public void record(int slot) {
      unitsAtMark[slot] = enqueued;
    }

    @Override
    public boolean isReached(int slot) {
      return unitsAtMark[slot] <= done;
    }

    @Override
    public void await(int slot) {
      awaited.add(slot);
      done = Math.max(done, unitsAtMark[slot]);
    }

    @Override
    public double seconds(int fromSlot, int toSlot) {
      assertThat(isReached(fromSlot)).isTrue();
      assertThat(isReached(toSlot)).isTrue();
      return (unitsAtMark[toSlot] - unitsAtMark[fromSlot]) * secondsPerUnit;
    }
  }

  private static UnitQueue queue(FakeStream stream, int units, int batchesPerMark, int inFlight) {
    return new UnitQueue(
        () -> {
          stream.batches++;
          stream.enqueue(units);
        },
        units,
        () -> {
          stream.singles++;
          stream.enqueue(1);
        },
        stream,
        batchesPerMark,
        inFlight);
  }

  @Test
  void runsEveryUnitExactlyOnceWhateverTheBatches() {
    Random random = new Random(3);
    for (int trial = 0; trial < 200; trial++) {
      int units = 1 + random.nextInt(20);
      int batchesPerMark = 1 + random.nextInt(5);
      int inFlight = 1 + random.nextInt(10);
      FakeStream stream = new FakeStream(1e-5, inFlight + 2);
      UnitQueue queue = queue(stream, units, batchesPerMark, inFlight);
      long submitted = 0;
      for (int round = 0; round < 3; round++) {
        int count = random.nextInt(500);
        for (int i = 0; i < count; i++) {
          queue.submit();
          submitted++;
          if (random.nextInt(10) == 0) {
            stream.done = Math.min(stream.enqueued, stream.done + random.nextInt(30));
          }
          assertThat(queue.completed()).isBetween(0L, stream.done);
        }
        queue.drain();
        assertThat(stream.enqueued).isEqualTo(submitted);
        assertThat(stream.done).isEqualTo(submitted);
        assertThat(queue.completed()).isEqualTo(submitted);
      }
    }
  }

  @Test
  void boundsWhatIsInFlightAndKeepsTheQueueFilled() {
    FakeStream stream = new FakeStream(1e-5, 12);
    UnitQueue queue = queue(stream, 1, 4, 10);
    for (int i = 0; i < 1000; i++) {
      queue.submit();
      if (i > 100) {
        // Something always remains for the device to do while the host sleeps.
        assertThat(stream.enqueued - stream.done).isGreaterThanOrEqualTo(4);
      }
    }
    assertThat(stream.mostInFlight).isLessThanOrEqualTo(4 * 11);
    queue.drain();
  }

  @Test
  void holdsUnitsBackUntilAGraphIsFullAndRunsTheRestOneByOne() {
    FakeStream stream = new FakeStream(1e-5, 8);
    UnitQueue queue = queue(stream, 10, 1, 6);
    for (int i = 0; i < 27; i++) {
      queue.submit();
    }
    assertThat(stream.batches).isEqualTo(2);
    assertThat(stream.singles).isZero();
    queue.drain();
    assertThat(stream.singles).isEqualTo(7);
    assertThat(queue.completed()).isEqualTo(27);
  }

  @Test
  void tellsTheDevicesTimePerUnit() {
    FakeStream stream = new FakeStream(2.5e-6, 10);
    UnitQueue queue = queue(stream, 1, 20, 8);
    for (int i = 0; i < 2000; i++) {
      queue.submit();
    }
    queue.drain();
    DeviceTimes times = queue.deviceTimes();
    assertThat(times.medianSeconds()).isCloseTo(2.5e-6, within(1e-12));
    assertThat(times.samples()).isEqualTo(2000 / 20 - 1);
    queue.resetDeviceTimes();
    assertThat(queue.deviceTimes()).isEqualTo(DeviceTimes.NONE);
  }

  @Test
  void aDrainOfNothingWaitsForNothing() {
    FakeStream stream = new FakeStream(1e-5, 4);
    UnitQueue queue = queue(stream, 1, 1, 2);
    queue.drain();
    assertThat(stream.awaited).isEmpty();
    assertThat(queue.completed()).isZero();
  }

  @Test
  void refusesMarksWithoutSlots() {
    FakeStream stream = new FakeStream(1e-5, 4);
    assertThatThrownBy(() -> queue(stream, 1, 1, 3)).isInstanceOf(IllegalArgumentException.class);
  }
}
