package org.joulemark.kernels.layer;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds the output of a layer under a strategy against what the strategy defines. An engine's own
 * rounding turns some codes by a step, which is no error; how far that goes is found by moving what
 * the definition's own quantizers see as far ({@link Jitter}). Turned codes scatter, whereas a
 * wrong scale makes all of a part's output larger or smaller, and a wrong scale of one channel
 * leaves that channel wrong. So there are three questions: how far the output is off altogether,
 * whether attention's or the feed-forward part's share of it is off by a factor ({@link
 * ShareGains}), and how far the worst channel is off.
 */
final class DefinitionCheck {
  // One pass moved by chance is as far off as another to some tens of percent.
  private static final double OFTEN_AS_FAR = 2;
  // A wrong scale is off by percents.
  private static final double LARGEST_GAIN = 0.005;
  // Normal numbers are further off once in 5·10⁸; the scatter of one row is known to some 12 %.
  private static final double DEVIATIONS = 6;

  private final String name;
  private final List<Integer> dimensions;
  private final double base;
  private final double rounding;
  private final ReferenceLayer.Trace defined;
  private final List<ReferenceLayer.Trace> moved;

  /**
   * For one pass.
   *
   * @param dimensions of the output, [batch, tokens, hidden]
   * @param base relative Frobenius error that the base precision alone may have
   * @param rounding largest relative rounding of the numbers that the engine gives
   * @param moved the definition with its quantizers' inputs moved, any number of times; none where
   *     no activations are quantized
   */
  DefinitionCheck(
      String name,
      List<Integer> dimensions,
      double base,
      double rounding,
      ReferenceLayer.Trace defined,
      List<ReferenceLayer.Trace> moved) {
    this.name = name;
    this.dimensions = dimensions;
    this.base = base;
    this.rounding = rounding;
    this.defined = defined;
    this.moved = List.copyOf(moved);
  }

  /** What is defined. */
  HostTensor expected() {
    return tensor(defined.output());
  }

  /** Compares; all of it, or of an engine that turns no codes the distance alone. */
  List<TensorComparison> compare(HostTensor actual) {
    double bound = base;
    for (ReferenceLayer.Trace pass : moved) {
      double turned =
          TensorComparison.of(name, expected(), tensor(pass.output()), 0).relativeFrobenius();
      bound = Math.max(bound, base + OFTEN_AS_FAR * turned);
    }
    List<TensorComparison> rows = new ArrayList<>();
    rows.add(TensorComparison.of(name, expected(), actual, bound));
    if (!moved.isEmpty()) {
      double[][] output = rows(actual);
      ShareGains scatter = new ShareGains(0, 0);
      double channel = 0;
      for (ReferenceLayer.Trace pass : moved) {
        scatter = scatter.or(ShareGains.scatter(defined, pass, rounding));
        channel = Math.max(channel, worstChannel(pass.output(), 0));
      }
      ShareGains gains = ShareGains.of(defined, output);
      rows.add(gain(rows.get(0), "attention", gains.attention(), scatter.attention()));
      rows.add(gain(rows.get(0), "feed-forward", gains.feedForward(), scatter.feedForward()));
      rows.add(row(rows.get(0), "/channel", worstChannel(output, base), OFTEN_AS_FAR * channel));
    }
    return List.copyOf(rows);
  }

  /** Whether a part's contribution is off by no more than turned codes explain. */
  private static TensorComparison gain(
      TensorComparison of, String part, double gain, double scatter) {
    return row(of, "/gain/" + part, Math.abs(gain), LARGEST_GAIN + DEVIATIONS * scatter);
  }

  /** The same tensor with another question asked. */
  private static TensorComparison row(
      TensorComparison of, String question, double error, double bound) {
    // What is not finite has an infinite distance already.
    double known = Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    return new TensorComparison(
        of.name() + question,
        of.elements(),
        of.maxAbsolute(),
        known,
        of.worstIndex(),
        of.worstExpected(),
        of.worstActual(),
        bound,
        known <= bound);
  }

  /**
   * How far the worst channel is off beyond what rounding its own numbers explains, over the
   * root-mean-square of what the layer adds to a channel.
   */
  private double worstChannel(double[][] output, double rounding) {
    int channels = output[0].length;
    double[] errors = new double[channels];
    double[] squares = new double[channels];
    double added = 0;
    for (int m = 0; m < output.length; m++) {
      for (int i = 0; i < channels; i++) {
        double d = defined.output()[m][i];
        double error = output[m][i] - d;
        double add = d - defined.input()[m][i];
        errors[i] += error * error;
        squares[i] += d * d;
        added += add * add;
      }
    }
    double unit = Math.sqrt(added / channels);
    double worst = 0;
    for (int i = 0; i < channels; i++) {
      double beyond = Math.sqrt(errors[i]) - rounding * Math.sqrt(squares[i]);
      worst = Math.max(worst, unit == 0 ? 0 : beyond / unit);
    }
    return worst;
  }

  private HostTensor tensor(double[][] rows) {
    int hidden = dimensions.get(2);
    float[] values = new float[rows.length * hidden];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rows[i / hidden][i % hidden];
    }
    return new HostTensor("reference", dimensions, values);
  }

  private double[][] rows(HostTensor tensor) {
    int hidden = dimensions.get(2);
    double[][] rows = new double[tensor.values().length / hidden][hidden];
    for (int i = 0; i < tensor.values().length; i++) {
      rows[i / hidden][i % hidden] = tensor.values()[i];
    }
    return rows;
  }
}
