package org.joulemark.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The estimate against values counted by hand, the interval against known populations. */
class ShiftTest {

  @Test
  void isTheMedianOfAllPairs() {
    // Differences of {1, 2, 4} to {3, 7}: 2, 1, −1, 6, 5, 3.
    assertThat(shift(new double[] {1, 2, 4}, new double[] {3, 7}).median()).isEqualTo(2.5);
    // And to {3, 7, 8}: −1, 1, 2, 3, 4, 5, 6, 6, 7.
    assertThat(shift(new double[] {1, 2, 4}, new double[] {3, 7, 8}).median()).isEqualTo(4);
  }

  @Test
  void constantSamplesLeaveNoDoubt() {
    Shift shift = shift(new double[] {2, 2, 2}, new double[] {5, 5, 5, 5});
    assertThat(shift).isEqualTo(new Shift(3, 3, 3));
  }

  @Test
  void sameSeedSameBounds() {
    double[] a = {1, 2, 3, 5, 8};
    double[] b = {2, 3, 4, 6, 9};
    assertThat(Shift.between(a, b, 0.99, 1000, 1)).isEqualTo(Shift.between(a, b, 0.99, 1000, 1));
  }

  @Test
  void followsWhatIsAddedAndTurnsWithTheSides() {
    double[] a = {1, 2, 3, 5, 8};
    double[] b = {2, 4, 4, 7, 9};
    Shift shift = shift(a, b);
    Shift raised = shift(a, Arrays.stream(b).map(x -> x + 8).toArray());
    assertThat(raised.low()).isCloseTo(shift.low() + 8, within(1e-12));
    assertThat(raised.high()).isCloseTo(shift.high() + 8, within(1e-12));
    assertThat(shift(b, a).median()).isEqualTo(-shift.median());
  }

  @Test
  void coversTheTruthAsOftenAsItClaimsWithinTheErrorsOfSmallSamples() {
    assertThat(coverage(5)).isGreaterThan(0.965);
    assertThat(coverage(10)).isGreaterThan(0.98);
  }

  /** Share of 99 % intervals around the true shift of 3 between two normal populations. */
  private static double coverage(int forks) {
    Random random = new Random(20240607);
    int inside = 0;
    int rounds = 1500;
    for (int round = 0; round < rounds; round++) {
      double[] a = random.doubles(forks).map(x -> random.nextGaussian()).toArray();
      double[] b = random.doubles(forks).map(x -> 3 + random.nextGaussian()).toArray();
      Shift shift = Shift.between(a, b, 0.99, 2000, round);
      inside += shift.low() <= 3 && 3 <= shift.high() ? 1 : 0;
    }
    return (double) inside / rounds;
  }

  @Test
  void refusesWhatHasNoSpread() {
    assertThatThrownBy(() -> shift(new double[] {1}, new double[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> shift(new double[] {1, Double.NaN}, new double[] {1, 2}))
        .hasMessageContaining("finite");
  }

  private static Shift shift(double[] a, double[] b) {
    return Shift.between(a, b, 0.99, 2000, 42);
  }
}
