package org.joulemark.kernels.layer;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.calibration.ActivationSample;
import org.joulemark.kernels.quant.calibration.Calibrator;
import org.joulemark.kernels.quant.calibration.Calibrators;
import org.joulemark.kernels.quant.calibration.CodeFormat;
import org.joulemark.kernels.quant.calibration.FittedScale;
import org.joulemark.kernels.quant.definition.WeightRows;

/**
 * Fits the static scales of a strategy: carries a calibration set through the layers in FP64 with
 * nothing quantized, looks at what each linear part is given, and lets the strategy's calibrator
 * choose. SmoothQuant's factors are s_j = max|X_j|^α / max|W_j|^(1−α) (Xiao et al., arXiv
 * 2211.10438, equation 4), 1 where an input or its weights are all 0; scales are fitted after them.
 */
public final class LayerCalibration {
  private static final int SEQUENCE = 8;

  private final ModelShape shape;
  private final TensorSource source;
  private final ActivationScaling scaling;
  private final CodeFormat format;
  private final Calibrator calibrator;
  // α of SmoothQuant, 0 for none.
  private final double smoothing;

  /**
   * For a strategy that needs calibration.
   *
   * @throws IllegalArgumentException if it needs none, or learns its scales instead of fitting them
   */
  public LayerCalibration(ModelShape shape, TensorSource source, Strategy strategy) {
    this.shape = shape;
    this.source = source;
    if (strategy.linear() instanceof LinearScheme.Int8 int8 && int8.needsCalibration()) {
      this.scaling = int8.activations();
      this.format = int8.asymmetric() ? CodeFormat.INT8_ASYMMETRIC : CodeFormat.INT8_SYMMETRIC;
      this.calibrator = Calibrators.get(int8.calibration());
      this.smoothing = int8.smoothing();
    } else if (strategy.linear() instanceof LinearScheme.Fp8 fp8 && fp8.needsCalibration()) {
      this.scaling = fp8.activations();
      this.format = CodeFormat.FP8_E4M3;
      this.calibrator = Calibrators.get(fp8.calibration());
      this.smoothing = 0;
    } else {
      throw new IllegalArgumentException("strategy=" + strategy.id() + " needs no calibration.");
    }
  }

  /**
   * Fits one layer.
   *
   * @param x [tokens][hidden], the calibration set's residual stream before the layer
   */
  public LayerScales fit(LayerTensors layer, double[][] x) {
    return fit(List.of(layer), x).get(0);
  }

  /**
   * Fits layers that follow each other.
   *
   * @param x [tokens][hidden], the calibration set's residual stream before the first layer
   */
  public List<LayerScales> fit(List<LayerTensors> layers, double[][] x) {
    List<LayerScales> fitted = new ArrayList<>();
    double[][] stream = x;
    for (LayerTensors layer : layers) {
      Map<LinearPart, PartScales> parts = new EnumMap<>(LinearPart.class);
      Strategy unquantized = Strategy.plain(Precision.FP32);
      ReferenceLayer reference =
          new ReferenceLayer(
              shape,
              layer,
              source,
              unquantized,
              LayerScales.NONE,
              (part, seen) ->
                  parts.put(part, fit(part, PartRows.of(part, shape, layer, source), seen)));
      stream = reference.forward(stream, new ReferenceCache(sequences(x.length)));
      fitted.add(new LayerScales(parts));
    }
    return List.copyOf(fitted);
  }

  /**
   * The set is read as sequences of {@value #SEQUENCE} tokens, or of one where it does not divide:
   * the first tokens of a sequence, whose attention averages few values, give the largest numbers.
   */
  private static int sequences(int tokens) {
    return tokens % SEQUENCE == 0 ? tokens / SEQUENCE : 1;
  }

  /**
   * Fits one linear part.
   *
   * @param weights the part's weight
   * @param seen [tokens][K], what the part is given over the calibration set
   */
  public PartScales fit(LinearPart part, WeightRows weights, double[][] seen) {
    float[][] x = toFp32(seen);
    float[] factors = new float[0];
    if (smoothing > 0 && part.followsNorm()) {
      factors = factors(x, weights);
      divide(x, factors);
    }
    if (scaling == ActivationScaling.PER_TOKEN) {
      return new PartScales(Double.NaN, 0, new float[0], factors);
    }
    FittedScale scale = calibrator.fit(ActivationSample.of(x), format);
    return new PartScales(scale.scale(), scale.zeroPoint(), new float[0], factors);
  }

  private static float[][] toFp32(double[][] seen) {
    float[][] x = new float[seen.length][];
    for (int m = 0; m < x.length; m++) {
      x[m] = new float[seen[m].length];
      for (int k = 0; k < x[m].length; k++) {
        x[m][k] = (float) seen[m][k];
      }
    }
    return x;
  }

  private float[] factors(float[][] x, WeightRows weights) {
    float[] inputs = new float[weights.columns()];
    for (float[] row : x) {
      raise(inputs, row);
    }
    float[] columns = columnAbsmax(weights);
    float[] factors = new float[inputs.length];
    for (int j = 0; j < factors.length; j++) {
      double factor = Math.pow(inputs[j], smoothing) / Math.pow(columns[j], 1 - smoothing);
      float rounded = (float) factor;
      boolean usable = inputs[j] > 0 && columns[j] > 0 && rounded > 0 && Float.isFinite(rounded);
      factors[j] = usable ? rounded : 1;
    }
    return factors;
  }

  private static float[] columnAbsmax(WeightRows weights) {
    return IntStream.range(0, weights.rows())
        .parallel()
        .collect(
            () -> new float[2][weights.columns()],
            (state, row) -> {
              weights.row(row, state[1]);
              raise(state[0], state[1]);
            },
            (into, from) -> raise(into[0], from[0]))[0];
  }

  private static void raise(float[] largest, float[] row) {
    for (int j = 0; j < largest.length; j++) {
      largest[j] = Math.max(largest[j], Math.abs(row[j]));
    }
  }

  private static void divide(float[][] x, float[] factors) {
    for (float[] row : x) {
      for (int j = 0; j < factors.length; j++) {
        row[j] /= factors[j];
      }
    }
  }
}
