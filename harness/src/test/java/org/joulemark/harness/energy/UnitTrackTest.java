package org.joulemark.harness.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class UnitTrackTest {
  @Test
  void longUnitsHaveFractions() {
    UnitTrack track = new UnitTrack(100);
    track.begin(0, 5);
    for (long ms = 1; ms <= 100; ms++) {
      // A unit each 20 ms.
      track.add(ms * 1_000_000, 5 + ms / 20);
    }
    assertThat(track.at(50e6)).isCloseTo(7.5, within(0.05));
    assertThat(track.at(0)).isEqualTo(5);
    assertThat(track.at(-1)).isEqualTo(5);
    assertThat(track.at(1e12)).isEqualTo(10);
  }

  @Test
  void steadyRatesAreKeptWhateverTheUnitAndTheRoom() {
    Random random = new Random(3);
    for (int trial = 0; trial < 100; trial++) {
      double unitNanos = Math.exp(Math.log(1e4) + random.nextDouble() * Math.log(5e3));
      UnitTrack track = new UnitTrack(64 + random.nextInt(512));
      track.begin(0, 0);
      long now = 0;
      while (now < 2_000_000_000L) {
        now += 900_000 + random.nextInt(400_000);
        track.add(now, (long) (now / unitNanos));
      }
      track.addExact(now, (long) (now / unitNanos));
      double from = 0.15 * now + random.nextDouble() * 0.1 * now;
      double to = 0.75 * now + random.nextDouble() * 0.1 * now;
      double expected = (to - from) / unitNanos;
      // A millisecond at either end, and a unit's fraction.
      assertThat(track.at(to) - track.at(from))
          .isCloseTo(expected, within(2 * 1.3e6 / unitNanos + 0.3));
    }
  }
}
