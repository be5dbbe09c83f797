package org.joulemark.kernels.layer;

/**
 * By which factor, less 1, attention's and the feed-forward part's contributions to a layer's
 * output are larger than defined: the least-squares fit of the output's error by the two. Or how
 * far turned codes scatter these by chance, as standard deviations.
 *
 * @param attention attention's
 * @param feedForward the feed-forward part's
 */
record ShareGains(double attention, double feedForward) {

  /**
   * Of an output.
   *
   * @param output [rows][hidden], as the trace's
   */
  static ShareGains of(ReferenceLayer.Trace defined, double[][] output) {
    Fit fit = Fit.of(defined);
    double attention = 0;
    double feedForward = 0;
    for (int m = 0; m < output.length; m++) {
      for (int i = 0; i < output[m].length; i++) {
        double error = output[m][i] - defined.output()[m][i];
        attention += fit.attention(m, i) * error;
        feedForward += fit.feedForward(m, i) * error;
      }
    }
    return new ShareGains(attention, feedForward);
  }

  /**
   * How far an engine that is right may be off, found from one that turns its codes by chance.
   *
   * <p>Two kinds of chance add up. First, the error of each number, fitted by a contribution that
   * it has nothing to do with, overlaps with it somewhat; the fewer numbers and the smaller the
   * contribution, the more. Its variance is the sum of the squared errors, each times its squared
   * weight in the fit (White, Econometrica 48, 1980). Second, a contribution Ŵ·x̂ and its error Ŵ·δ
   * are made by the same columns of Ŵ, so that a turned code does change the contribution's size:
   * by δ_k·x̂_k / |x̂|². Codes turn independently of each other, so the squares of these add up; a
   * few large x̂_k, as the feed-forward part has, make that the larger of the two.
   *
   * @param moved the definition with its quantizers' inputs moved
   * @param rounding largest relative rounding of the numbers that an engine gives
   */
  static ShareGains scatter(
      ReferenceLayer.Trace defined, ReferenceLayer.Trace moved, double rounding) {
    Fit fit = Fit.of(defined);
    double attention = codes(defined.attended(), moved.attended());
    double feedForward = codes(defined.inner(), moved.inner());
    for (int m = 0; m < moved.output().length; m++) {
      for (int i = 0; i < moved.output()[m].length; i++) {
        double d = defined.output()[m][i];
        double variance = square(moved.output()[m][i] - d) + square(rounding * d) / 3;
        attention += square(fit.attention(m, i)) * variance;
        feedForward += square(fit.feedForward(m, i)) * variance;
      }
    }
    return new ShareGains(Math.sqrt(attention), Math.sqrt(feedForward));
  }

  /** The larger of each. */
  ShareGains or(ShareGains other) {
    return new ShareGains(
        Math.max(attention, other.attention), Math.max(feedForward, other.feedForward));
  }

  /** Σ (δ_k·x̂_k)² / |x̂|⁴. */
  private static double codes(double[][] defined, double[][] moved) {
    double changes = 0;
    double squares = 0;
    for (int m = 0; m < defined.length; m++) {
      for (int k = 0; k < defined[m].length; k++) {
        double x = defined[m][k];
        changes += square((moved[m][k] - x) * x);
        squares += x * x;
      }
    }
    return squares == 0 ? 0 : changes / square(squares);
  }

  private static double square(double x) {
    return x * x;
  }

  /**
   * What a number's error counts for in the two coefficients, from the normal equations' inverse;
   * nothing where a contribution is 0, or the two are the same but for a factor.
   */
  private record Fit(
      ReferenceLayer.Trace defined, double aa, double af, double ff, double determinant) {

    static Fit of(ReferenceLayer.Trace defined) {
      double aa = 0;
      double af = 0;
      double ff = 0;
      for (int m = 0; m < defined.output().length; m++) {
        for (int i = 0; i < defined.output()[m].length; i++) {
          double a = a(defined, m, i);
          double f = f(defined, m, i);
          aa += a * a;
          af += a * f;
          ff += f * f;
        }
      }
      return new Fit(defined, aa, af, ff, aa * ff - af * af);
    }

    double attention(int m, int i) {
      return determinant == 0 ? 0 : (a(defined, m, i) * ff - f(defined, m, i) * af) / determinant;
    }

    double feedForward(int m, int i) {
      return determinant == 0 ? 0 : (f(defined, m, i) * aa - a(defined, m, i) * af) / determinant;
    }

    private static double a(ReferenceLayer.Trace defined, int m, int i) {
      return defined.middle()[m][i] - defined.input()[m][i];
    }

    private static double f(ReferenceLayer.Trace defined, int m, int i) {
      return defined.output()[m][i] - defined.middle()[m][i];
    }
  }
}
