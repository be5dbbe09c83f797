package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.joulemark.kernels.model.Checkpoint;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The FP64 reference gives what Hugging Face's transformers gives. */
class GoldenModelTest {
  // Hugging Face computed in FP32; FP64 differs from it by FP32's rounding alone.
  private static final PassTolerance REFERENCE = new PassTolerance(1e-5, true);

  static List<String> folders() {
    return GoldenFolders.names();
  }

  @ParameterizedTest
  @MethodSource("folders")
  void referenceEqualsTransformers(String name) {
    check(GoldenFolders.path(name));
  }

  private static List<TensorComparison> check(Path folder) {
    Checkpoint checkpoint = Checkpoint.open(folder);
    ExpectedPass expected = ExpectedPass.read(folder.resolve("expected.safetensors"));
    ReferenceModel model =
        new ReferenceModel(
            checkpoint.shape(), checkpoint, expected.tokens().length, expected.capacity());
    List<TensorComparison> rows = PassVerifier.verify(model, expected, REFERENCE);
    assertThat(rows).hasSize(checkpoint.shape().layers() + 5);
    assertThat(rows).allSatisfy(row -> assertThat(row.passed()).as(row.toString()).isTrue());
    return rows;
  }

  /** For a folder that is too large for the test resources: prints what {@link #check} sees. */
  public static void main(String[] folders) {
    for (String folder : folders) {
      System.out.println(folder);
      check(Path.of(folder))
          .forEach(
              row ->
                  System.out.printf(
                      "  %-22s max abs %.2e  relative %.2e  bound %.0e%n",
                      row.name(), row.maxAbsolute(), row.relativeFrobenius(), row.bound()));
    }
  }
}
