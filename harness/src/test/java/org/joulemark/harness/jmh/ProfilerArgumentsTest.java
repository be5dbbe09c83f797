package org.joulemark.harness.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProfilerArgumentsTest {
  private static final String ENERGY = EnergyProfiler.class.getName();
  private static final String WORK = WorkProfiler.class.getName();

  @Test
  void bothAreAttachedToAPlainCommandLine() {
    assertThat(ProfilerArguments.attach(List.of("-f", "1", "Gemm")))
        .containsExactly("-f", "1", "Gemm", "-prof", ENERGY, "-prof", WORK);
  }

  @Test
  void theUsersOptionsStandAndRepetitionsGo() {
    assertThat(
            ProfilerArguments.attach(
                List.of(
                    "-prof",
                    "gc",
                    "--prof",
                    ENERGY + ":hz=5",
                    "-prof=" + ENERGY,
                    "-prof",
                    WORK,
                    "-prof",
                    WORK)))
        .containsExactly("-prof", "gc", "--prof", ENERGY + ":hz=5", "-prof", WORK);
  }

  @Test
  void whatIsNotOursIsJmhsOwnAffair() {
    assertThat(ProfilerArguments.attach(List.of("-prof", "gc", "-prof", "gc", "-prof")))
        .startsWith("-prof", "gc", "-prof", "gc", "-prof");
  }
}
