package org.joulemark.harness.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.source.SourceSettings;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.ProfilerException;

class OpenWindowTest {
  private static SourceSettings settings(String options) throws ProfilerException {
    return ProfilerOptions.parse("method=modelled;" + options).source();
  }

  @Test
  void profilersOfOneProcessThatAskForTheSameShareIt() throws ProfilerException {
    EnergyWindow first = OpenWindow.of(settings("cpu-busy-watts=9"), "cpu");
    assertThat(OpenWindow.of(settings("cpu-busy-watts=9"), "cpu")).isSameAs(first);
    EnergyWindow other = OpenWindow.of(settings("cpu-busy-watts=8"), "cpu");
    assertThat(other).isNotSameAs(first);
    assertThat(OpenWindow.of(settings("cpu-busy-watts=8"), "cpu")).isSameAs(other);
  }

  @Test
  void anIdleBaselineIsMeasuredAnewForEach() throws ProfilerException {
    EnergyWindow first = OpenWindow.of(settings("idle=net"), "cpu");
    assertThat(OpenWindow.of(settings("idle=net"), "cpu")).isNotSameAs(first);
  }

  @Test
  void aSourceThatCannotBeOpenedLeavesNoneOpen() throws ProfilerException {
    EnergyWindow first = OpenWindow.of(settings(""), "cpu");
    assertThatThrownBy(() -> OpenWindow.of(settings(""), "abacus"))
        .isInstanceOf(EnergyException.class);
    assertThat(OpenWindow.of(settings(""), "cpu")).isNotSameAs(first);
  }
}
