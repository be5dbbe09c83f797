package org.joulemark.kernels.layer;

import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.RopeScaling;
import org.jspecify.annotations.Nullable;

/**
 * The angles of the rotary position embedding (Su et al., "RoFormer", arXiv 2104.09864) in the
 * rotate-half arrangement: with f_i = θ^(−2i/d) for i in [0, d/2), the pair (x_i, x_{i+d/2}) of a
 * head at position p is turned by p·f_i. Frequencies and angles are FP32, as Hugging Face's are.
 */
public final class RotaryEmbedding {
  private final float[] frequencies;

  private RotaryEmbedding(float[] frequencies) {
    this.frequencies = frequencies;
  }

  /**
   * The rotary embedding of a model.
   *
   * @throws IllegalArgumentException if its positions come from ALiBi
   */
  public static RotaryEmbedding of(ModelShape shape) {
    if (shape.alibi()) {
      throw new IllegalArgumentException(shape.id() + " has no rotary embedding.");
    }
    int size = shape.headSize();
    float[] frequencies = new float[size / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float power = (float) Math.pow(shape.ropeTheta(), (float) (2 * i) / size);
      frequencies[i] = scaled(1.0f / power, shape.ropeScaling());
    }
    return new RotaryEmbedding(frequencies);
  }

  private static float scaled(float frequency, @Nullable RopeScaling scaling) {
    if (scaling == null) {
      return frequency;
    }
    double wavelength = 2 * Math.PI / frequency;
    double positions = scaling.originalPositions();
    if (wavelength > positions / scaling.lowFrequencyFactor()) {
      return (float) (frequency / scaling.factor());
    }
    if (wavelength < positions / scaling.highFrequencyFactor()) {
      return frequency;
    }
    double kept =
        (positions / wavelength - scaling.lowFrequencyFactor())
            / (scaling.highFrequencyFactor() - scaling.lowFrequencyFactor());
    return (float) ((1 - kept) * frequency / scaling.factor() + kept * frequency);
  }

  /** Half the head size: the number of pairs. */
  public int pairs() {
    return frequencies.length;
  }

  /** f_i, in radians a position. */
  public float frequency(int pair) {
    return frequencies[pair];
  }

  /** The angle of a pair at a position, in radians, rounded to FP32. */
  public float angle(int position, int pair) {
    return position * frequencies[pair];
  }

  /** Turns one head of {@code vector}, which starts at {@code start}, to its position. */
  void rotate(double[] vector, int start, int position) {
    int half = frequencies.length;
    for (int i = 0; i < half; i++) {
      double angle = angle(position, i);
      double cos = Math.cos(angle);
      double sin = Math.sin(angle);
      double first = vector[start + i];
      double second = vector[start + half + i];
      vector[start + i] = first * cos - second * sin;
      vector[start + half + i] = second * cos + first * sin;
    }
  }
}
