package org.joulemark.benchmarks.work;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.qat.LossScaler;
import org.joulemark.kernels.qat.ScaleFit;
import org.joulemark.kernels.qat.TrainableLayer;
import org.joulemark.kernels.qat.TrainedScales;
import org.joulemark.kernels.quant.LayerScales;

/** Learns the scales of a model's first layer from those of a calibration, on the engine itself. */
final class ScaleTraining {
  // Relative change of a scale in the first steps: fast enough for factors to become ten times as
  // large within a hundred steps, slow enough for the rounding's noise to average out.
  private static final double RATE = 0.03;
  private static final int SEQUENCES = 8;
  private static final int SEQUENCE_TOKENS = 64;

  /** Tokens that the steps learn from. */
  static final int TOKENS = SEQUENCES * SEQUENCE_TOKENS;

  private final Engine engine;
  private final Weights weights;
  private String start = "";

  ScaleTraining(Engine engine, Weights weights) {
    this.engine = engine;
    this.weights = weights;
  }

  /**
   * Learns.
   *
   * @param starts the scales of calibrations, by their names; the best of them is started from
   * @param steps training steps
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if the engine does not train, or
   *     it does not fit into memory
   */
  TrainedScales learn(Map<String, LayerScales> starts, int steps) {
    LayerWeights layer =
        new LayerWeights(weights.shape(), LayerTensors.alone(weights.shape()), weights.layer());
    TrainingSequences sequences =
        TrainingSequences.of(weights.shape(), weights.layer(), SEQUENCES, SEQUENCE_TOKENS);
    try (TrainableLayer trainable = TrainableLayer.prepare(engine, layer, SEQUENCE_TOKENS)) {
      List<String> names = List.copyOf(starts.keySet());
      List<LayerScales> scales = List.copyOf(starts.values());
      int best = ScaleFit.best(trainable, layer, scales, sequences.heldOut());
      start = names.get(best);
      return new ScaleFit(steps, RATE, System::nanoTime)
          .fit(
              trainable,
              layer,
              scales.get(best),
              sequences.training(),
              sequences.heldOut(),
              LossScaler.dynamic());
    }
  }

  /** What is said of a training beside the results. */
  Map<String, String> notes(TrainedScales trained) {
    Map<String, String> notes = new TreeMap<>();
    notes.put("qat.engine", engine.name());
    notes.put("qat.start", start);
    notes.put("qat.steps", Integer.toString(trained.steps()));
    notes.put("qat.step.seconds", Double.toString(trained.stepSeconds()));
    notes.put("qat.loss.before", Double.toString(trained.lossBefore()));
    notes.put("qat.loss.after", Double.toString(trained.lossAfter()));
    notes.put("qat.improved", Boolean.toString(trained.improved()));
    notes.put("qat.overflows", Integer.toString(trained.overflows()));
    notes.put("qat.loss_scale", Double.toString(trained.lossScale()));
    return notes;
  }
}
