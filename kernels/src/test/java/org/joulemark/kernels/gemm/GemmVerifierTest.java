package org.joulemark.kernels.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.joulemark.kernels.gemm.HostGemm.Fault;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A right result passes; each mistake that a kernel makes is found, in every precision. */
class GemmVerifierTest {
  private static final long SEED = 11;

  private static GemmProblem problem(
      Precision precision, int batch, int m, int n, int k, Epilogue epilogue) {
    return new GemmProblem(
        new GemmShape("test", batch, m, n, k),
        precision,
        OperandDistribution.NORMAL,
        epilogue,
        SEED);
  }

  private static GemmVerification verify(GemmProblem problem, Fault fault) {
    SeededOperands source = new SeededOperands(problem);
    return new GemmVerifier().verify(problem, source, new HostGemm(problem, source, fault));
  }

  private static List<Epilogue> epilogues(Precision precision) {
    return precision.isInteger() ? List.of(Epilogue.NONE) : List.of(Epilogue.values());
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void rightResultsPassOverRandomShapes(Precision precision) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 12; i++) {
      int m = i % 4 == 0 ? 1 : random.nextInt(1, 40);
      int n = i % 4 == 1 ? 1 : random.nextInt(1, 40);
      int k = i % 4 == 2 ? 1 : random.nextInt(1, 300);
      for (Epilogue epilogue : epilogues(precision)) {
        GemmProblem problem = problem(precision, 1 + i % 3, m, n, k, epilogue);
        GemmVerification verification = verify(problem, Fault.NONE);
        assertThat(verification.passed()).as(verification.message()).isTrue();
        assertThat(verification.checkedElements()).isEqualTo(verification.totalElements());
        assertThat(verification.totalElements()).isEqualTo((1L + i % 3) * m * n);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP16_ACC16"},
      mode = EnumSource.Mode.EXCLUDE)
  void longSumsPass(Precision precision) {
    GemmVerification verification =
        verify(problem(precision, 1, 8, 8, 20_000, Epilogue.NONE), Fault.NONE);
    assertThat(verification.passed()).as(verification.message()).isTrue();
  }

  static Stream<Arguments> faults() {
    List<Arguments> cases = new ArrayList<>();
    for (Precision precision : Precision.values()) {
      for (Epilogue epilogue : epilogues(precision)) {
        for (Fault fault : Fault.values()) {
          boolean epilogueFault =
              fault == Fault.NO_EPILOGUE || fault == Fault.EPILOGUE_OF_NEXT_COLUMN;
          if (fault != Fault.NONE && (!epilogueFault || epilogue != Epilogue.NONE)) {
            cases.add(Arguments.of(precision, epilogue, fault));
          }
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("faults")
  void everyMistakeIsFound(Precision precision, Epilogue epilogue, Fault fault) {
    GemmProblem problem = problem(precision, 2, 17, 19, 129, epilogue);
    GemmVerification verification = verify(problem, fault);
    assertThat(verification.passed()).as(verification.message()).isFalse();
    assertThat(Math.abs(verification.worstActual() - verification.worstExpected()))
        .isGreaterThan(verification.worstBound());
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void oneStaleElementIsFoundAndNamed(Precision precision) {
    GemmProblem problem = problem(precision, 2, 9, 13, 65, Epilogue.NONE);
    SeededOperands source = new SeededOperands(problem);
    HostGemm gemm = new HostGemm(problem, source, Fault.NONE);
    gemm.set(1, 4, 7, gemm.get(1, 4, 6));

    GemmVerification verification = new GemmVerifier().verify(problem, source, gemm);

    assertThat(verification.passed()).isFalse();
    assertThat(verification.worstBatch()).isEqualTo(1);
    assertThat(verification.worstRow()).isEqualTo(4);
    assertThat(verification.worstColumn()).isEqualTo(7);
    assertThat(verification.worstActual()).isEqualTo(gemm.get(1, 4, 6));
    assertThat(verification.message()).contains("batch 1, row 4, column 7");
    assertThatThrownBy(() -> new GemmVerifier().verifyOrThrow(problem, source, gemm))
        .isInstanceOf(GemmMismatchException.class)
        .hasMessage(verification.message());
  }

  /** A budget too small for a full check: still every element is read. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void anUnwrittenElementOutsideTheSampleIsFound(Precision precision) {
    GemmProblem problem = problem(precision, 2, 50, 60, 40, Epilogue.NONE);
    SeededOperands source = new SeededOperands(problem);
    HostGemm gemm = new HostGemm(problem, source, Fault.NONE);
    GemmVerifier sampling = new GemmVerifier(1.0);
    GemmVerification right = sampling.verify(problem, source, gemm);
    assertThat(right.passed()).as(right.message()).isTrue();
    assertThat(right.checkedElements()).isEqualTo(2L * (4 * 60 + 46 * 4));

    GemmSample sample = GemmSample.of(problem, 1.0);
    int[] rowIndex = sample.rowIndex(50);
    int[] columnIndex = sample.columnIndex(60);
    int row = firstOutside(rowIndex);
    int column = firstOutside(columnIndex);
    gemm.poison(1, row, column);

    GemmVerification wrong = sampling.verify(problem, source, gemm);
    assertThat(wrong.passed()).isFalse();
    assertThat(wrong.worstBatch()).isEqualTo(1);
    assertThat(wrong.worstRow()).isEqualTo(row);
    assertThat(wrong.worstColumn()).isEqualTo(column);
  }

  private static int firstOutside(int[] index) {
    for (int i = 0; i < index.length; i++) {
      if (index[i] < 0) {
        return i;
      }
    }
    throw new AssertionError("everything is sampled");
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void aSampleFindsAWrongRowOfEitherOperand(Precision precision) {
    GemmProblem problem = problem(precision, 1, 50, 60, 40, Epilogue.NONE);
    SeededOperands source = new SeededOperands(problem);
    for (int wrong = 0; wrong < 50; wrong += 7) {
      HostGemm gemm = new HostGemm(problem, source, Fault.NONE);
      for (int column = 0; column < 60; column++) {
        gemm.set(0, wrong, column, gemm.get(0, (wrong + 1) % 50, column));
      }
      assertThat(new GemmVerifier(1.0).verify(problem, source, gemm).passed()).isFalse();
    }
  }

  @Test
  void theSampleHasTheFirstAndTheLastAndGrowsWithTheBudget() {
    GemmProblem problem = problem(Precision.FP32, 1, 1000, 3000, 10, Epilogue.NONE);
    GemmSample small = GemmSample.of(problem, 1.0);
    assertThat(small.rows).hasSize(4).contains(0, 999).isSorted();
    assertThat(small.columns).hasSize(4).contains(0, 2999).isSorted();
    GemmSample larger = GemmSample.of(problem, 40_000.0 * 20);
    assertThat(larger.rows).hasSize(20);
    GemmSample full = GemmSample.of(problem, 3e7);
    assertThat(full.rows).hasSize(1000);
    assertThat(full.columns).isEmpty();
  }

  /** NaN in one operand: the device's own result carries it, or for integers the reference does. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void nanInAnOperandFails(Precision precision) {
    GemmProblem problem = problem(precision, 1, 20, 30, 50, Epilogue.NONE);
    SeededOperands seeded = new SeededOperands(problem);
    OperandSource withNan =
        new OperandSource() {
          @Override
          public void activationRow(int batch, int row, float[] into) {
            seeded.activationRow(batch, row, into);
            if (row == 11) {
              into[17] = Float.NaN;
            }
          }

          @Override
          public void weightRow(int batch, int row, float[] into) {
            seeded.weightRow(batch, row, into);
          }

          @Override
          public void bias(int batch, float[] into) {
            seeded.bias(batch, into);
          }

          @Override
          public void residualRow(int batch, int row, float[] into) {
            seeded.residualRow(batch, row, into);
          }
        };
    for (double budget : new double[] {1.0, GemmVerifier.DEFAULT_BUDGET}) {
      GemmVerification verification =
          new GemmVerifier(budget)
              .verify(problem, withNan, new HostGemm(problem, withNan, Fault.NONE));
      assertThat(verification.passed()).isFalse();
      assertThat(verification.worstRow()).isEqualTo(11);
      assertThat(verification.fidelity()).isZero();

      // A device that drops the NaN is wrong too.
      assertThat(
              new GemmVerifier(budget)
                  .verify(problem, withNan, new HostGemm(problem, seeded, Fault.NONE))
                  .passed())
          .isFalse();
    }
  }

  @Test
  void fidelityFallsWithThePrecision() {
    double fp32 = fidelity(Precision.FP32);
    double fp16 = fidelity(Precision.FP16);
    double bf16 = fidelity(Precision.BF16);
    double int8 = fidelity(Precision.INT8);
    double e4m3 = fidelity(Precision.FP8_E4M3);
    double out8 = fidelity(Precision.INT8_OUT8);
    assertThat(fp32).isGreaterThan(0.999999);
    assertThat(fp16).isBetween(0.999, fp32);
    assertThat(bf16).isBetween(0.995, fp16);
    // Rounding to steps of s adds s²/12 to each operand's variance of 1; the largest of 512 normal
    // values is near 3.1, so s is near 3.1/127.
    double int8Error = Math.sqrt(2.0 / 12) * 3.1 / 127;
    assertThat(1 - int8).isCloseTo(int8Error, within(0.2 * int8Error));
    assertThat(e4m3).isBetween(0.95, int8);
    assertThat(out8).isBetween(0.95, int8);
  }

  private static double fidelity(Precision precision) {
    return verify(problem(precision, 1, 32, 32, 512, Epilogue.NONE), Fault.NONE).fidelity();
  }

  @Test
  void zerosArePerfect() {
    GemmProblem problem =
        new GemmProblem(
            new GemmShape("test", 1, 5, 6, 7),
            Precision.INT8_OUT8,
            OperandDistribution.ZEROS,
            Epilogue.NONE,
            SEED);
    GemmVerification verification = verify(problem, Fault.NONE);
    assertThat(verification.passed()).isTrue();
    assertThat(verification.fidelity()).isEqualTo(1.0);
  }

  @Test
  void anIntegerResultHasNoEpilogue() {
    GemmProblem problem = problem(Precision.INT8, 1, 2, 2, 2, Epilogue.BIAS);
    assertThatThrownBy(() -> new GemmReference(problem, new SeededOperands(problem)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("INT8 has no epilogue bias");
  }
}
