package org.joulemark.kernels.layer;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.joulemark.kernels.model.TensorKind;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;

/**
 * Makes the activations of another source look like those of large language models: a few channels,
 * the same in every token, are 20 to 60 times as large as the others (Dettmers et al., arXiv
 * 2208.07339, and Xiao et al., arXiv 2211.10438, find such in every model above a few billion
 * parameters), and all of them have heavier tails than normal numbers. Other tensors are the other
 * source's. Safe for concurrent use if that is.
 */
public final class OutlierTensors implements TensorSource {
  /** Channels that are outliers, of at least four times as many. */
  public static final int CHANNELS = 6;

  private static final double SMALLEST_GAIN = 20;
  private static final double LARGEST_GAIN = 60;
  // z + 0.3·z³ with variance 1: of SeededTensors' bounded numbers the kurtosis becomes 8.
  private static final float CUBE = 0.3f;
  private static final float DEVIATION = (float) Math.sqrt(1 + 6 * CUBE + 15 * CUBE * CUBE);

  private final TensorSource inner;
  private final long seed;
  private final Map<Integer, Map<Integer, Float>> gains = new ConcurrentHashMap<>();

  /**
   * Over another source, whose activations have variance 1.
   *
   * @param seed chooses channels and how large they are
   */
  public OutlierTensors(TensorSource inner, long seed) {
    this.inner = inner;
    this.seed = seed;
  }

  @Override
  public void row(TensorSpec tensor, int row, float[] into) {
    inner.row(tensor, row, into);
    if (tensor.kind() != TensorKind.INPUT) {
      return;
    }
    for (int i = 0; i < tensor.columns(); i++) {
      float z = into[i];
      into[i] = (z + CUBE * z * z * z) / DEVIATION;
    }
    gains.computeIfAbsent(tensor.columns(), this::draw).forEach((i, gain) -> into[i] *= gain);
  }

  /** What each outlier channel of a width is multiplied by. */
  private Map<Integer, Float> draw(int columns) {
    SplittableRandom random = new SplittableRandom(seed);
    int channels = Math.max(1, Math.min(CHANNELS, columns / 4));
    Map<Integer, Float> drawn = new HashMap<>();
    while (drawn.size() < channels) {
      drawn.put(
          random.nextInt(columns),
          (float) (SMALLEST_GAIN + random.nextDouble() * (LARGEST_GAIN - SMALLEST_GAIN)));
    }
    return Map.copyOf(drawn);
  }
}
