package org.joulemark.kernels.qat;

import java.util.Arrays;
import java.util.List;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.quant.LayerScales;

/**
 * Trains the scales of one layer's linear parts, of activations and of each output channel's
 * weights, so that the layer's output comes close to what it is with nothing quantized: L = ‖y −
 * y₀‖²/‖y₀‖². The weights themselves stay as they are: what is learned is carried to the deployed
 * layer as {@link LayerScales}, and a layer with other weights would be another layer.
 */
public final class LayerTrainer {
  private final TrainableLayer layer;
  private final ScaleParameters parameters;
  private final List<Sample> samples;
  private final LossScaler scaler;
  private final Adam adam;
  private int steps;

  /**
   * Computes what the steps aim at.
   *
   * @param start where the scales start; has an activation scale for each part
   * @param inputs sequences [n][H] that the steps take in turn, at least one
   */
  public LayerTrainer(
      TrainableLayer layer,
      LayerWeights weights,
      LayerScales start,
      List<double[][]> inputs,
      LossScaler scaler) {
    this.layer = layer;
    this.parameters = new ScaleParameters(weights, start);
    this.samples = inputs.stream().map(input -> new Sample(layer, input)).toList();
    this.scaler = scaler;
    this.adam = new Adam(parameters.logarithms().length);
  }

  /**
   * One step: forward, backward, optimizer. The optimizer is skipped where a gradient overflows.
   *
   * @param rate the optimizer's learning rate: about the largest relative change of a scale
   */
  public TrainingStep step(double rate) {
    Sample sample = samples.get(steps % samples.size());
    steps++;
    layer.scales(parameters.scales());
    double[][] y = layer.forward(sample.input());
    double scale = scaler.scale();
    double[] gradient = parameters.gradient(layer.backward(sample.gradient(y, scale)), scale);
    boolean overflowed = !Arrays.stream(gradient).allMatch(Double::isFinite);
    if (!overflowed) {
      adam.step(parameters.logarithms(), gradient, rate);
    }
    scaler.update(overflowed);
    return new TrainingStep(Arrays.stream(sample.losses(y)).sum(), scale, overflowed);
  }

  /**
   * How far the layer is from its targets with the scales as they are now.
   *
   * @return each token's share of the loss, sample after sample; their sum is the samples' loss,
   *     added up
   */
  double[] losses(List<Sample> heldOut) {
    layer.scales(parameters.scales());
    return heldOut.stream()
        .flatMapToDouble(sample -> Arrays.stream(sample.losses(layer.forward(sample.input()))))
        .toArray();
  }

  /** The loss scaling's state. */
  public LossScaler scaler() {
    return scaler;
  }

  /** The scales as they are now. */
  public LayerScales scales() {
    return parameters.scales();
  }
}
