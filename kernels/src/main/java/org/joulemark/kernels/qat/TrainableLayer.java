package org.joulemark.kernels.qat;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.PartObserver;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.jspecify.annotations.Nullable;

/**
 * One decoder layer over one whole sequence, forward and backward: the same computation as {@link
 * org.joulemark.kernels.layer.ReferenceLayer}. The linear parts' products are an engine's, all else
 * is FP64 on the host.
 */
public final class TrainableLayer implements AutoCloseable {
  private final Map<LinearPart, TrainableLinear> parts;
  private final Map<LinearPart, float[]> biases = new EnumMap<>(LinearPart.class);
  private final Norm inputNorm;
  private final Norm postNorm;
  private final Attention attention;
  private final FeedForward feedForward;
  private @Nullable Pass last;

  /**
   * A layer whose parts an engine has prepared.
   *
   * @param tokens the most tokens of a sequence
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if the engine does not train
   */
  public static TrainableLayer prepare(Engine engine, LayerWeights weights, int tokens) {
    Map<LinearPart, TrainableLinear> parts = new EnumMap<>(LinearPart.class);
    try {
      for (LinearPart part : LinearPart.values()) {
        parts.put(part, engine.trainable(weights.weight(part), tokens));
      }
      return new TrainableLayer(weights, parts);
    } catch (RuntimeException failure) {
      Closing.after(failure, parts.values(), TrainableLinear::close);
      throw failure;
    }
  }

  /**
   * A layer.
   *
   * @param weights norms and biases are taken from there
   * @param parts the products of every linear part; taken over
   */
  public TrainableLayer(LayerWeights weights, Map<LinearPart, TrainableLinear> parts) {
    ModelShape shape = weights.shape();
    this.parts = new EnumMap<>(parts);
    for (LinearPart part : LinearPart.values()) {
      biases.put(part, weights.bias(part));
    }
    boolean centred = weights.hasNormBias();
    double epsilon = shape.normEpsilon();
    this.inputNorm = new Norm(weights.inputNormWeight(), weights.inputNormBias(), centred, epsilon);
    this.postNorm = new Norm(weights.postNormWeight(), weights.postNormBias(), centred, epsilon);
    this.attention = new Attention(shape);
    this.feedForward = shape.gated() ? FeedForward.SWIGLU : FeedForward.GELU;
  }

  /** What a pass computed on its way. */
  private static final class Pass {
    private final Map<LinearPart, double[][]> inputs = new EnumMap<>(LinearPart.class);
    private Attention.@Nullable Pass attention;
    private double[][] middle = {};
    private double[][] inner = {};
    private double[][] output = {};
  }

  /** Sets the scales of every part. */
  public void scales(LayerScales scales) {
    parts.forEach((part, linear) -> linear.scales(scales.of(part)));
  }

  private TrainableLinear part(LinearPart part) {
    TrainableLinear linear = parts.get(part);
    if (linear == null) {
      throw new IllegalArgumentException("the layer was made without its part " + part.id());
    }
    return linear;
  }

  /**
   * Nothing quantized: what the training aims at.
   *
   * @param x [n][H], the residual stream before the layer
   * @return [n][H], after it
   */
  public double[][] plain(double[][] x) {
    return plain(x, PartObserver.NONE);
  }

  /** As the other, and shows what each part is given. */
  public double[][] plain(double[][] x, PartObserver observer) {
    Pass pass = pass(x, TrainableLinear::plain);
    pass.inputs.forEach(observer::input);
    return pass.output;
  }

  /**
   * With fake-quantized linear parts; keeps what {@link #backward} needs.
   *
   * @param x [n][H], the residual stream before the layer
   * @return [n][H], after it
   */
  public double[][] forward(double[][] x) {
    Pass pass = pass(x, TrainableLinear::forward);
    last = pass;
    return pass.output;
  }

  private Pass pass(double[][] x, BiFunction<TrainableLinear, double[][], double[][]> product) {
    Pass pass = new Pass();
    double[][] projections = linear(LinearPart.QKV, inputNorm.forward(x), pass, product);
    Attention.Pass attended = attention.forward(projections);
    pass.attention = attended;
    pass.middle = add(x, linear(LinearPart.OUTPUT, attended.output(), pass, product));
    double[][] normed = postNorm.forward(pass.middle);
    pass.inner = linear(LinearPart.FEED_FORWARD_IN, normed, pass, product);
    double[][] activated = feedForward.forward(pass.inner);
    pass.output = add(pass.middle, linear(LinearPart.DOWN, activated, pass, product));
    return pass;
  }

  /**
   * Derivatives by the scales of what the last {@link #forward} gave.
   *
   * @param dy ∂L/∂output [n][H]
   */
  public Map<LinearPart, TrainableLinear.Gradients> backward(double[][] dy) {
    Pass pass = last;
    if (pass == null || pass.attention == null) {
      throw new IllegalStateException("nothing has been carried forward");
    }
    Map<LinearPart, TrainableLinear.Gradients> gradients = new EnumMap<>(LinearPart.class);
    double[][] inner = backward(LinearPart.DOWN, dy, gradients);
    double[][] normed =
        backward(LinearPart.FEED_FORWARD_IN, feedForward.backward(pass.inner, inner), gradients);
    double[][] middle = add(dy, postNorm.backward(pass.middle, normed));
    double[][] attended = backward(LinearPart.OUTPUT, middle, gradients);
    // Nothing that is trained lies before the first part's input.
    backward(LinearPart.QKV, attention.backward(pass.attention, attended), gradients);
    return gradients;
  }

  private double[][] backward(
      LinearPart part, double[][] dy, Map<LinearPart, TrainableLinear.Gradients> into) {
    TrainableLinear.Gradients gradients = part(part).backward(dy);
    into.put(part, gradients);
    return gradients.input();
  }

  private double[][] linear(
      LinearPart part,
      double[][] x,
      Pass pass,
      BiFunction<TrainableLinear, double[][], double[][]> product) {
    pass.inputs.put(part, x);
    double[][] y = product.apply(part(part), x);
    float[] bias = biases.getOrDefault(part, new float[0]);
    Arrays.stream(y)
        .parallel()
        .forEach(
            row -> {
              for (int i = 0; i < row.length; i++) {
                row[i] += bias[i];
              }
            });
    return y;
  }

  private static double[][] add(double[][] x, double[][] y) {
    double[][] sum = new double[x.length][];
    IntStream.range(0, x.length)
        .parallel()
        .forEach(
            m -> {
              sum[m] = x[m].clone();
              for (int i = 0; i < sum[m].length; i++) {
                sum[m][i] += y[m][i];
              }
            });
    return sum;
  }

  /** Frees the parts. */
  @Override
  public void close() {
    Closing.all(parts.values(), TrainableLinear::close);
  }
}
