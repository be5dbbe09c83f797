package org.joulemark.kernels.qat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.model.LinearLayer;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;

/**
 * Training steps of one layer, one after another: forward, backward, optimizer. They start from
 * scales twice as wide as the activations, so that the loss has far to fall, and {@link
 * #lossAfterSteps} says whether it does. Products are the engine's, all else is the host's; a step
 * is done when {@link #submit} returns.
 */
public final class TrainingWork implements Work {
  private static final double RATE = 0.03;
  private static final double TOO_WIDE = 2;

  private final TrainableLayer layer;
  private final LayerTrainer trainer;
  private final ModelShape shape;
  private final int tokens;
  private final List<Sample> samples;
  private final AtomicLong completed = new AtomicLong();

  private TrainingWork(
      TrainableLayer layer, LayerWeights weights, double[][] input, LossScaler scaler) {
    this.layer = layer;
    this.shape = weights.shape();
    this.tokens = input.length;
    LayerScales start = wideScales(layer, input);
    this.trainer = new LayerTrainer(layer, weights, start, List.<double[][]>of(input), scaler);
    this.samples = List.of(new Sample(layer, input));
  }

  /**
   * Prepares steps over one sequence.
   *
   * @param input [tokens][hidden], the residual stream before the layer
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if the engine does not train, or
   *     it does not fit into memory
   */
  public static TrainingWork prepare(
      Engine engine, LayerWeights weights, double[][] input, LossScaler scaler) {
    TrainableLayer layer = TrainableLayer.prepare(engine, weights, input.length);
    try {
      return new TrainingWork(layer, weights, input, scaler);
    } catch (RuntimeException failure) {
      layer.close();
      throw failure;
    }
  }

  private static LayerScales wideScales(TrainableLayer layer, double[][] input) {
    Map<LinearPart, PartScales> parts = new EnumMap<>(LinearPart.class);
    layer.plain(
        input,
        (part, x) -> {
          double largest = 0;
          for (double[] row : x) {
            for (double value : row) {
              largest = Math.max(largest, Math.abs(value));
            }
          }
          double scale = largest == 0 ? 1 : TOO_WIDE * largest / 127;
          parts.put(part, new PartScales(scale, 0, new float[0], new float[0]));
        });
    return new LayerScales(parts);
  }

  /** ‖y − y₀‖²/‖y₀‖² with the scales as they are now. */
  public double loss() {
    double sum = 0;
    for (double share : trainer.losses(samples)) {
      sum += share;
    }
    return sum;
  }

  /** The loss after some steps more. */
  public double lossAfterSteps(int steps) {
    for (int i = 0; i < steps; i++) {
      trainer.step(RATE);
    }
    return loss();
  }

  /**
   * Floating-point operations of one step's products, 2 per multiply-add: of each linear part the
   * product, its derivatives by the input and by the weight's scales, and, where a norm comes
   * before, by the factors of the inputs. Attention, norms and activations are not counted.
   */
  public double flops() {
    double flops = 0;
    LinearPart[] parts = LinearPart.values();
    List<LinearLayer> layers = shape.linearLayers();
    for (int i = 0; i < parts.length; i++) {
      int products = parts[i].followsNorm() ? 4 : 3;
      flops += 2.0 * products * tokens * layers.get(i).outFeatures() * layers.get(i).inFeatures();
    }
    return flops;
  }

  /** Bytes that a step cannot avoid to move: every weight once, in FP32. */
  public double compulsoryBytes() {
    return shape.linearLayers().stream()
        .mapToDouble(part -> (double) Float.BYTES * part.outFeatures() * part.inFeatures())
        .sum();
  }

  @Override
  public void submit() {
    trainer.step(RATE);
    completed.incrementAndGet();
  }

  @Override
  public void drain() {}

  @Override
  public long completed() {
    return completed.get();
  }

  @Override
  public Map<String, String> facts() {
    return Map.of(
        "qat.overflows", Integer.toString(trainer.scaler().overflows()),
        "qat.loss_scale", Double.toString(trainer.scaler().scale()));
  }

  @Override
  public void close() {
    layer.close();
  }
}
