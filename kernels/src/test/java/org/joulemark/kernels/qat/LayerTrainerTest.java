package org.joulemark.kernels.qat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.TestShapes;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.junit.jupiter.api.Test;

class LayerTrainerTest {
  private static final ModelShape SHAPE = TestShapes.gated("qwen2", 4, 2, 4, 0);
  private static final LayerWeights WEIGHTS = TrainingInputs.weights(SHAPE);
  private static final List<double[][]> INPUTS =
      TrainingInputs.sequences(SHAPE, "training", 2, 5, 4);

  /** Gives an infinite gradient where FP16 would: above its largest number. */
  private static final class Overflowing implements TrainableLinear {
    private final TrainableLinear inner;
    private final double most;

    private Overflowing(TrainableLinear inner, double most) {
      this.inner = inner;
      this.most = most;
    }

    @Override
    public int outFeatures() {
      return inner.outFeatures();
    }

    @Override
    public int inFeatures() {
      return inner.inFeatures();
    }

    @Override
    public double[][] plain(double[][] x) {
      return inner.plain(x);
    }

    @Override
    public void scales(PartScales scales) {
      inner.scales(scales);
    }

    @Override
    public double[][] forward(double[][] x) {
      return inner.forward(x);
    }

    @Override
    public Gradients backward(double[][] dy) {
      double[][] rounded = new double[dy.length][];
      for (int m = 0; m < dy.length; m++) {
        rounded[m] = dy[m].clone();
        for (int i = 0; i < rounded[m].length; i++) {
          if (Math.abs(rounded[m][i]) > most) {
            rounded[m][i] *= Double.POSITIVE_INFINITY;
          }
        }
      }
      return inner.backward(rounded);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private static LayerTrainer trainer(double mostGradient, LossScaler scaler) {
    Map<LinearPart, TrainableLinear> parts = TrainingInputs.hostParts(WEIGHTS);
    parts.replaceAll((part, linear) -> new Overflowing(linear, mostGradient));
    TrainableLayer layer = new TrainableLayer(WEIGHTS, parts);
    return new LayerTrainer(
        layer, WEIGHTS, TrainingInputs.scales(layer, INPUTS, 1), INPUTS, scaler);
  }

  @Test
  void aStepThatOverflowsIsSkippedAndTheScaleHalved() {
    // The gradients of a loss multiplied by 2¹⁶ are above this, by a smaller factor below it.
    LayerTrainer trainer = trainer(10, LossScaler.dynamic());
    LayerScales start = trainer.scales();
    TrainingStep first = trainer.step(0.01);
    assertThat(first.overflowed()).isTrue();
    assertThat(first.lossScale()).isEqualTo(65536);
    assertThat(trainer.scales()).isEqualTo(start);
    assertThat(trainer.scaler().scale()).isEqualTo(32768);
    int skipped = 1;
    while (trainer.step(0.01).overflowed()) {
      skipped++;
      assertThat(skipped).isLessThan(40);
    }
    assertThat(trainer.scales()).isNotEqualTo(start);
    assertThat(trainer.scaler().overflows()).isEqualTo(skipped);
    assertThat(trainer.scaler().scale()).isEqualTo(65536 / Math.pow(2, skipped));
  }

  @Test
  void theLossScaleDoesNotChangeAStep() {
    LayerTrainer scaled = trainer(Double.MAX_VALUE, LossScaler.dynamic());
    LayerTrainer plain = trainer(Double.MAX_VALUE, LossScaler.none());
    for (int i = 0; i < 5; i++) {
      assertThat(scaled.step(0.01).loss()).isEqualTo(plain.step(0.01).loss());
    }
    // Powers of two leave every digit as it is.
    assertThat(scaled.scales()).isEqualTo(plain.scales());
  }

  @Test
  void twoThousandCleanStepsDoubleTheScale() {
    LossScaler scaler = LossScaler.dynamic();
    for (int i = 0; i < 1999; i++) {
      scaler.update(false);
    }
    assertThat(scaler.scale()).isEqualTo(65536);
    scaler.update(false);
    assertThat(scaler.scale()).isEqualTo(131072);
    for (int i = 0; i < 1999; i++) {
      scaler.update(false);
    }
    scaler.update(true);
    assertThat(scaler.scale()).isEqualTo(65536);
    // Counting starts anew.
    scaler.update(false);
    assertThat(scaler.scale()).isEqualTo(65536);
    assertThat(scaler.overflows()).isEqualTo(1);
    LossScaler none = LossScaler.none();
    none.update(true);
    assertThat(none.scale()).isEqualTo(1);
    assertThat(none.overflows()).isEqualTo(1);
  }
}
