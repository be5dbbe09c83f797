package org.joulemark.kernels.gemm;

import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;

/**
 * How far one element of Y may lie from its FP64 reference.
 *
 * <p>The reference y is the exact product of the <em>encoded</em> operands plus the encoded
 * epilogue; only what the device's arithmetic adds is tolerated:
 *
 * <ul>
 *   <li><b>Summation.</b> A sum of K rounded terms makes K errors δᵢ·sᵢ, where sᵢ is the partial
 *       sum after step i and |δᵢ| ≤ u, the accumulator's unit roundoff. If the δᵢ are independent
 *       with mean zero, as in Higham and Mary, "A new approach to probabilistic rounding error
 *       analysis" (SIAM J. Sci. Comput. 41(5), 2019), their sum has a standard deviation of at most
 *       u·√K·max |sᵢ| and stays within λ of them but for a probability of 2·exp(−λ²/2); λ = 6 makes
 *       that 3·10⁻⁸. For terms of random sign max |sᵢ| is about ‖x∘w‖₂; drifting sums end near |y|;
 *       so the bound is λ·u·√K·(‖x∘w‖₂ + |y| + |epilogue|).
 *   <li><b>Output.</b> One rounding to the output format: its unit roundoff times |y|, and half its
 *       smallest subnormal.
 *   <li><b>TF32 operands.</b> Tensor cores read 10 mantissa bits, some by truncation, so each
 *       operand is off by at most u = 2⁻¹⁰ of itself. Truncation is a shrinking of both operands,
 *       at most 2u·|x·w|, plus what varies from term to term, λ·u·‖x∘w‖₂.
 *   <li><b>FP8.</b> Hopper's tensor cores keep about 14 bits while they sum FP8 products
 *       (DeepSeek-V3 Technical Report, arXiv 2412.19437, section 3.5.2), so u = 2⁻¹³ there.
 *   <li><b>INT8.</b> Exact. With an INT8 result: half a code for the rounding and 10⁻³ for the FP32
 *       arithmetic of the scaling.
 * </ul>
 */
final class GemmTolerance {
  private static final double LAMBDA = 6.0;
  private static final double FP8_ACCUMULATOR_ROUNDOFF = 0x1p-13;
  private static final double TF32_READ_ROUNDOFF = 0x1p-10;
  private static final double INT8_OUTPUT_BOUND = 0.5 + 1e-3;

  private final Precision precision;
  private final double summation;
  private final double outputRoundoff;
  private final double halfSmallestSubnormal;

  /** For sums of {@code k} terms. */
  GemmTolerance(Precision precision, int k) {
    this.precision = precision;
    if (precision.output().isInteger()) {
      this.summation = 0;
      this.outputRoundoff = 0;
      this.halfSmallestSubnormal = 0;
    } else {
      double roundoff =
          precision.isFp8() ? FP8_ACCUMULATOR_ROUNDOFF : precision.accumulator().unitRoundoff();
      this.summation = LAMBDA * roundoff * Math.sqrt(k);
      this.outputRoundoff = precision.output().unitRoundoff();
      this.halfSmallestSubnormal = smallestSubnormal(precision.output()) / 2;
    }
  }

  /**
   * The largest |device − reference| that is right.
   *
   * @param product the reference's sum before the epilogue
   * @param norm ‖x∘w‖₂, scaled as the product is
   * @param addend what the epilogue adds
   */
  double bound(double product, double norm, double addend) {
    if (precision == Precision.INT8) {
      return 0.0;
    }
    if (precision == Precision.INT8_OUT8) {
      return INT8_OUTPUT_BOUND;
    }
    double beforeOutput = summation * (norm + Math.abs(product) + Math.abs(addend));
    if (precision == Precision.TF32) {
      beforeOutput +=
          LAMBDA * TF32_READ_ROUNDOFF * norm + 2 * TF32_READ_ROUNDOFF * Math.abs(product);
    }
    return beforeOutput * (1 + outputRoundoff)
        + outputRoundoff * Math.abs(product + addend)
        + halfSmallestSubnormal;
  }

  private static double smallestSubnormal(ElementType type) {
    return switch (type) {
      case FP32 -> Float.MIN_VALUE;
      case FP16 -> 0x1p-24;
      case BF16 -> 0x1p-133;
      case FP8_E4M3 -> 0x1p-9;
      case FP8_E5M2 -> 0x1p-16;
      case INT8, INT32 -> throw new IllegalArgumentException(type + " has no subnormal numbers");
    };
  }
}
