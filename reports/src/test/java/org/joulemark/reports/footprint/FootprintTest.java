package org.joulemark.reports.footprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FootprintTest {
  @Test
  void countsWhatTheBuildingDraws() {
    Footprint footprint = new Footprint(GridTable.standard().get("fr"), 0.2, 1.25);
    assertThat(footprint.grams(2000)).isCloseTo(2.5 * 56.0, within(1e-9));
    assertThat(footprint.price(2000)).isCloseTo(0.5, within(1e-12));
    assertThat(footprint.grams(Double.NaN)).isNaN();
  }

  @Test
  void aNumberIsAGridOfItsOwn() {
    assertThat(GridTable.standard().get("41.5").gramsPerKilowattHour()).isEqualTo(41.5);
    assertThat(GridTable.standard().source()).contains("Our World in Data").contains("2023");
  }

  @ParameterizedTest
  @ValueSource(strings = {"atlantis", "-1", "NaN", "Infinity", "DE"})
  void whatIsNoGridIsRefusedWithTheChoices(String grid) {
    assertThatThrownBy(() -> GridTable.standard().get(grid))
        .hasMessageContaining("--grid " + grid)
        .hasMessageContaining("us gb de");
  }

  @Test
  void impossibleNumbersAreRefused() {
    assertThatThrownBy(() -> new Footprint(null, 0.1, 0.9)).hasMessageContaining("--pue 0.9");
    assertThatThrownBy(() -> new Footprint(null, -1, 1)).hasMessageContaining("--price -1");
  }

  @Test
  void nothingAskedForIsNothingSaid() {
    assertThat(Footprint.NONE.describe()).isEmpty();
    assertThat(Footprint.NONE.grams(1)).isNaN();
    assertThat(new Footprint(null, 0.5, 1).describe()).isEqualTo("0.5 a kWh, PUE 1.0.");
  }
}
