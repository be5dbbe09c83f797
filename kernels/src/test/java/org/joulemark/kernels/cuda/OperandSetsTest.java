package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.OperandDistribution;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;

class OperandSetsTest {
  private static final long L2 = 50L << 20;
  private static final long PLENTY = 1L << 40;

  @Test
  void rotatingSetsExceedTwiceTheCacheAndMatricesAreAligned() {
    Random random = new Random(5);
    List<Precision> precisions = List.of(Precision.values());
    for (int trial = 0; trial < 500; trial++) {
      GemmShape shape =
          new GemmShape(
              "s",
              1 + random.nextInt(3),
              1 + random.nextInt(3000),
              1 + random.nextInt(3000),
              1 + random.nextInt(3000));
      Precision precision = precisions.get(random.nextInt(precisions.size()));
      OperandSets sets = OperandSets.plan(GemmProblem.of(shape, precision), "rotating", L2, PLENTY);
      assertThat(sets.sets() == 1024 || sets.sets() * sets.bytesPerSet() > 2 * L2).isTrue();
      assertThat((sets.sets() - 1) * sets.bytesPerSet()).isLessThanOrEqualTo(2 * L2);
      assertThat(sets.weightBytes() % 256).isZero();
      assertThat(sets.activationBytes() % 256).isZero();
      assertThat(sets.outputBytes() % 256).isZero();
      assertThat(sets.weightBytes())
          .isGreaterThanOrEqualTo(
              (long) shape.batch() * shape.n() * shape.k() * precision.weight().bytes());
      assertThat(sets.note()).isEmpty();
    }
  }

  @Test
  void hotIsOneSet() {
    GemmProblem problem = GemmProblem.of(new GemmShape("s", 1, 8, 8, 8), Precision.FP16);
    assertThat(OperandSets.plan(problem, "hot", L2, PLENTY).sets()).isEqualTo(1);
  }

  @Test
  void aResidualTakesRoomToo() {
    GemmShape shape = new GemmShape("s", 1, 64, 64, 64);
    GemmProblem problem =
        new GemmProblem(shape, Precision.FP32, OperandDistribution.NORMAL, Epilogue.RESIDUAL, 1);
    assertThat(OperandSets.plan(problem, "hot", L2, PLENTY).residualBytes()).isEqualTo(64 * 64 * 4);
  }

  @Test
  void saysWhatIsNeededAndWhatIsFree() {
    GemmShape shape = new GemmShape("square-65536", 1, 65536, 65536, 65536);
    assertThatThrownBy(
            () ->
                OperandSets.plan(GemmProblem.of(shape, Precision.FP32), "hot", L2, 24_000_000_000L))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessage("square-65536 in FP32 needs 51.5 GB of GPU memory, 24.0 GB are free.");
  }

  @Test
  void takesFewerSetsWhereMemoryIsShortAndSaysSo() {
    GemmProblem problem = GemmProblem.of(new GemmShape("s", 1, 512, 512, 512), Precision.FP32);
    OperandSets sets = OperandSets.plan(problem, "rotating", L2, 10L << 20);
    assertThat(sets.sets()).isEqualTo(3);
    assertThat(sets.note()).isEqualTo("only 3 of 34 operand sets fit the free memory");
  }
}
