package org.joulemark.harness.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.options.ProfilerConfig;

class AttachedProfilersTest {
  private static final String ENERGY = EnergyProfiler.class.getName();
  private static final String WORK = WorkProfiler.class.getName();

  private static List<String> attached(ProfilerConfig... given) {
    return AttachedProfilers.with(List.of(given)).stream().map(ProfilerConfig::toString).toList();
  }

  @Test
  void bothAreAttachedToAPlainRun() {
    assertThat(attached()).containsExactly(WORK + ":", ENERGY + ":");
  }

  @Test
  void theUsersOptionsStandAndRepetitionsGo() {
    assertThat(
            attached(
                new ProfilerConfig("gc", ""),
                new ProfilerConfig(ENERGY, "hz=5"),
                new ProfilerConfig(ENERGY, ""),
                new ProfilerConfig(WORK, ""),
                new ProfilerConfig(WORK, "")))
        .containsExactly("gc:", ENERGY + ":hz=5", WORK + ":");
  }

  @Test
  void whatIsNotOursIsJmhsOwnAffair() {
    assertThat(attached(new ProfilerConfig("gc", ""), new ProfilerConfig("gc", "")))
        .startsWith("gc:", "gc:");
  }
}
