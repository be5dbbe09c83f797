package org.joulemark.kernels.quant;

/**
 * How a strategy multiplies in the linear parts of a layer. Engines carry out schemes and know no
 * strategies, so a strategy that combines what is here is one file.
 */
public sealed interface LinearScheme {

  /**
   * Bits that one weight takes in memory: with its share of a group's scale and zero point, without
   * that of a channel's or a part's scale, which is less than a thousandth.
   */
  double weightBits(Precision base);

  /** What the fastest of the scheme's products multiply in: whose rate they are held against. */
  Precision multiplies(Precision base);

  /** Whether scales or factors must be fitted before a layer can be carried out. */
  boolean needsCalibration();

  /** Everything in the strategy's base precision. */
  record Plain() implements LinearScheme {
    @Override
    public Precision multiplies(Precision base) {
      return base;
    }

    @Override
    public double weightBits(Precision base) {
      return base.weight().bytes() * 8.0;
    }

    @Override
    public boolean needsCalibration() {
      return false;
    }
  }

  /**
   * INT8 weights times INT8 activations, summed exactly in INT32 and scaled back (W8A8). Weights
   * are symmetric with one scale for each output channel.
   *
   * @param activations where the activations' scales come from
   * @param asymmetric whether activations have a zero point, the products corrected exactly: Y =
   *     s_x·s_w[n]·(Σ x_q·w_q − z_x·Σ w_q[n])
   * @param calibration how static scales are fitted: {@code minmax}, {@code percentile}, {@code
   *     entropy}, {@code mse}; {@code trained/STEPS} for scales that quantization-aware training
   *     learns in so many steps; empty where nothing is fitted
   * @param smoothing α of SmoothQuant (Xiao et al., arXiv 2211.10438), 0 for none; where a norm
   *     precedes the part, s_j = max|X_j|^α / max|W_j|^(1−α) is divided out of the norm's weight
   *     and multiplied into the part's
   * @param outlierThreshold columns of X with any |x| above it are multiplied in the base precision
   *     (LLM.int8(), Dettmers et al., arXiv 2208.07339); infinite for none
   */
  record Int8(
      ActivationScaling activations,
      boolean asymmetric,
      String calibration,
      double smoothing,
      double outlierThreshold)
      implements LinearScheme {

    /**
     * The most columns that are multiplied in the base precision: the first of those that qualify.
     */
    public static final int MOST_OUTLIER_COLUMNS = 128;

    /** How {@code calibration} begins where scales are learned; the number of steps follows. */
    public static final String TRAINED = "trained/";

    @Override
    public Precision multiplies(Precision base) {
      return Precision.INT8;
    }

    @Override
    public double weightBits(Precision base) {
      return 8;
    }

    @Override
    public boolean needsCalibration() {
      return activations == ActivationScaling.PER_TENSOR || smoothing > 0 || trainingSteps() > 0;
    }

    /** Steps of the quantization-aware training that learns the scales; 0 where none does. */
    public int trainingSteps() {
      return calibration.startsWith(TRAINED)
          ? Integer.parseInt(calibration.substring(TRAINED.length()))
          : 0;
    }

    /** Whether some columns are multiplied in the base precision. */
    public boolean separatesOutliers() {
      return Double.isFinite(outlierThreshold);
    }
  }

  /**
   * FP8 E4M3 weights times FP8 E4M3 activations, summed in FP32. Under per-token scaling weights
   * have one scale for each output channel, under per-tensor scaling one for the part.
   *
   * @param activations where the activations' scales come from
   * @param calibration as of {@link Int8}
   */
  record Fp8(ActivationScaling activations, String calibration) implements LinearScheme {
    @Override
    public Precision multiplies(Precision base) {
      return Precision.FP8_E4M3;
    }

    @Override
    public double weightBits(Precision base) {
      return 8;
    }

    @Override
    public boolean needsCalibration() {
      return activations == ActivationScaling.PER_TENSOR;
    }
  }

  /**
   * Integer weights, scaled back to the base precision before they are multiplied.
   *
   * @param bits 8 (symmetric, a scale for each output channel) or 4 (asymmetric, a scale and a zero
   *     point for each group of consecutive inputs of an output channel: w = (q − z)·s, as GPTQ and
   *     AWQ store them)
   * @param group inputs that share a scale; 0 for all
   */
  record WeightOnly(int bits, int group) implements LinearScheme {
    /** A scale and a zero point in one word. */
    private static final double GROUP_BITS = 32;

    @Override
    public Precision multiplies(Precision base) {
      return base;
    }

    @Override
    public double weightBits(Precision base) {
      return group == 0 ? bits : bits + GROUP_BITS / group;
    }

    @Override
    public boolean needsCalibration() {
      return false;
    }
  }

  /**
   * Each call of each linear part looks at its activations and runs in INT8 (per-token, symmetric)
   * where they quantize well, in the base precision otherwise. INT8 is chosen where the share of
   * outliers, |x| &gt; 6·rms, is at most {@code outlierShare} and the kurtosis E[x⁴]/E[x²]² is at
   * most {@code kurtosis}, both over the whole activation tensor of the call.
   *
   * @param outlierShare the largest share for INT8
   * @param kurtosis the largest kurtosis for INT8 (3 for normal numbers)
   */
  record Dynamic(double outlierShare, double kurtosis) implements LinearScheme {

    /** What a number must exceed to count as an outlier, in root mean squares of the tensor. */
    public static final double OUTLIER_RMS = 6;

    @Override
    public Precision multiplies(Precision base) {
      return Precision.INT8;
    }

    @Override
    public double weightBits(Precision base) {
      // Both forms are kept; a call reads one of them.
      return 8;
    }

    @Override
    public boolean needsCalibration() {
      return false;
    }

    /** What a call does in INT8. */
    public Int8 int8() {
      return new Int8(ActivationScaling.PER_TOKEN, false, "", 0, Double.POSITIVE_INFINITY);
    }
  }
}
