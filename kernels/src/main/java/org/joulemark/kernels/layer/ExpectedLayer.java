package org.joulemark.kernels.layer;

import java.nio.file.Path;
import java.util.List;
import org.joulemark.kernels.model.ModelFormatException;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.SafetensorsFile;
import org.joulemark.kernels.quant.Precision;

/**
 * What Hugging Face's code gives, in FP32, for one layer whose tensors are {@link HashedTensors}: a
 * prompt, and the token after it through the KV cache.
 */
public final class ExpectedLayer {
  private static final String PREFILL = "prefill";
  private static final String DECODE = "decode";

  private final HostTensor prefill;
  private final HostTensor decode;

  private ExpectedLayer(HostTensor prefill, HostTensor decode) {
    this.prefill = prefill;
    this.decode = decode;
  }

  /**
   * Reads a file with {@code prefill} [batch, sequence, hidden] and {@code decode} [batch, 1,
   * hidden].
   *
   * @throws ModelFormatException naming the file and the tensor that is missing or misshapen
   */
  public static ExpectedLayer read(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    List<Long> whole = file.tensor(PREFILL).dimensions();
    if (whole.size() != 3) {
      throw new ModelFormatException(
          path, "tensor " + PREFILL + ": its shape " + whole + " is not [batch, sequence, hidden]");
    }
    List<Long> one = file.tensor(DECODE).dimensions();
    if (!one.equals(List.of(whole.get(0), 1L, whole.get(2)))) {
      throw new ModelFormatException(
          path,
          "tensor " + DECODE + ": its shape " + one + " does not go with " + PREFILL + " " + whole);
    }
    return new ExpectedLayer(HostTensor.read(file, PREFILL), HostTensor.read(file, DECODE));
  }

  /**
   * The passes that the file holds the results of, in a model's layer: the prompt, then the token
   * after it.
   *
   * @throws IllegalArgumentException if the model's layer has another width
   */
  public List<LayerProblem> problems(ModelShape shape, Precision precision) {
    if (prefill.columns() != shape.hidden()) {
      throw new IllegalArgumentException(
          prefill
              + " is not the output of a layer of "
              + shape.id()
              + ", which is "
              + shape.hidden()
              + " wide.");
    }
    int batch = prefill.dimensions().get(0);
    int sequence = prefill.dimensions().get(1);
    return List.of(
        LayerProblem.prefill(shape, precision, batch, sequence),
        new LayerProblem(shape, precision, Phase.DECODE, batch, sequence, CacheContents.PREFILLED));
  }

  /**
   * Compares the output of one of {@link #problems}. Bounds on the relative Frobenius error: FP32
   * 10⁻⁵, FP16 and TF32 2·10⁻³, BF16 2·10⁻².
   *
   * @throws IllegalArgumentException if the output has another shape
   */
  public TensorComparison compare(LayerProblem problem, HostTensor output) {
    HostTensor expected = problem.phase() == Phase.PREFILL ? prefill : decode;
    return TensorComparison.of(expected.name(), expected, output, bound(problem.precision()));
  }

  private static double bound(Precision precision) {
    return switch (precision) {
      case FP32 -> 1e-5;
      case FP16, TF32 -> 2e-3;
      default -> PassTolerance.of(precision).relativeFrobenius();
    };
  }
}
