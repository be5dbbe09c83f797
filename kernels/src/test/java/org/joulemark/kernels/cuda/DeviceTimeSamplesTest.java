package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.joulemark.kernels.engine.DeviceTimes;
import org.junit.jupiter.api.Test;

class DeviceTimeSamplesTest {

  @Test
  void givesPercentilesOfTheNewestSamples() {
    DeviceTimeSamples samples = new DeviceTimeSamples(101);
    for (int i = 0; i < 50; i++) {
      samples.add(1e6);
    }
    for (int i = 100; i >= 0; i--) {
      samples.add(i);
    }
    assertThat(samples.summary()).isEqualTo(new DeviceTimes(50, 50, 10, 90, 151));
  }

  @Test
  void whereEachUnitFollowsADrainAllOfThemCount() {
    DeviceTimeSamples samples = new DeviceTimeSamples(101);
    for (int i = 0; i <= 10; i++) {
      samples.addAfterDrain(i);
    }
    assertThat(samples.summary()).isEqualTo(new DeviceTimes(5, 5, 1, 9, 11));
    for (int i = 0; i < 5000; i++) {
      samples.addAfterDrain(4);
    }
    assertThat(samples.summary()).isEqualTo(new DeviceTimes(4, 4, 4, 4, 5011));
  }

  @Test
  void theIntervalAfterADrainCountsOnlyAlone() {
    DeviceTimeSamples samples = new DeviceTimeSamples(4);
    samples.addAfterDrain(7);
    assertThat(samples.summary()).isEqualTo(new DeviceTimes(7, 7, 7, 7, 1));
    samples.add(3);
    assertThat(samples.summary()).isEqualTo(new DeviceTimes(3, 3, 3, 3, 1));
    samples.reset();
    assertThat(samples.summary()).isEqualTo(DeviceTimes.NONE);
  }
}
