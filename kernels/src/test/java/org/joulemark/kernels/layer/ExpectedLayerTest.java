package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.joulemark.kernels.model.ModelFormatException;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpectedLayerTest {
  private final ModelShape shape = TestShapes.gated("qwen2", 2, 1, 4, 0);
  @TempDir Path folder;

  @Test
  void namesTheProblemsAndComparesTheirOutputs() throws IOException {
    ExpectedLayer expected = ExpectedLayer.read(write("[2,3,8]", "[2,1,8]", 2 * 3 * 8, 2 * 8));
    List<LayerProblem> problems = expected.problems(shape, Precision.FP16);
    assertThat(problems.get(0).rows()).isEqualTo(6);
    assertThat(problems.get(0).phase()).isEqualTo(Phase.PREFILL);
    assertThat(problems.get(1).start()).isEqualTo(3);
    assertThat(problems.get(1).cacheContents()).isEqualTo(CacheContents.PREFILLED);

    float[] right = new float[16];
    java.util.Arrays.fill(right, 1.0015f);
    HostTensor near = new HostTensor("output", List.of(2, 1, 8), right);
    assertThat(expected.compare(problems.get(1), near).passed()).isTrue();
    LayerProblem fp32 = expected.problems(shape, Precision.FP32).get(1);
    assertThat(expected.compare(fp32, near).passed()).isFalse();
  }

  @Test
  void misshapenFilesAreNamed() throws IOException {
    Path flat = write("[6,8]", "[2,1,8]", 48, 16);
    assertThatThrownBy(() -> ExpectedLayer.read(flat))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("tensor prefill");
    Path other = write("[2,3,8]", "[1,2,8]", 48, 16);
    assertThatThrownBy(() -> ExpectedLayer.read(other))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("tensor decode");
    ExpectedLayer narrow = ExpectedLayer.read(write("[2,3,4]", "[2,1,4]", 24, 8));
    assertThatThrownBy(() -> narrow.problems(shape, Precision.FP32))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A file of ones. */
  private Path write(String prefill, String decode, int first, int second) throws IOException {
    String header =
        String.format(
            "{\"prefill\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[0,%d]},"
                + "\"decode\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}}",
            prefill, 4 * first, decode, 4 * first, 4 * (first + second));
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + 4 * (first + second)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    for (int i = 0; i < first + second; i++) {
      bytes.putFloat(1);
    }
    return Files.write(folder.resolve("expected.safetensors"), bytes.array());
  }
}
