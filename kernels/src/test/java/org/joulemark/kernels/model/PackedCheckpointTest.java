package org.joulemark.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.joulemark.kernels.model.PackedFolder.Part;
import org.joulemark.kernels.model.PackedFolder.Raw;
import org.joulemark.kernels.quant.definition.Int4Groups;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints whose linear parts are stored as INT4 codes. */
class PackedCheckpointTest {
  private static final String O_PROJ = "model.layers.1.self_attn.o_proj";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "gptq,128,false",
    "gptq,64,false",
    "gptq,96,false",
    "gptq,128,true",
    "gptq_v2,128,false",
    "awq,128,false",
    "awq,32,false"
  })
  void rowsAreWhatTheCodesStandFor(String format, int group, boolean reordered) throws IOException {
    PackedFolder written = new PackedFolder(format, group, reordered);
    Checkpoint checkpoint = Checkpoint.open(written.write(folder));
    int compared = 0;
    for (TensorSpec tensor : ModelTensors.of(checkpoint.shape()).all()) {
      Part part = written.part(tensor);
      for (int n = 0; part != null && n < tensor.rows(); n++) {
        float[] row = new float[tensor.columns()];
        checkpoint.row(tensor, n, row);
        for (int k = 0; k < row.length; k++) {
          int g = part.groupOf()[k];
          double exact = (part.q()[n][k] - part.z()[n][g]) * (double) part.s()[n][g];
          assertThat((double) row[k]).isEqualTo(exact);
        }
        compared++;
      }
    }
    assertThat(compared).isEqualTo(2 * (256 + 128 + 128 + 256 + 128 + 128 + 256));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gptq", "gptq_v2", "awq"})
  void theCodesThemselvesAreThere(String format) throws IOException {
    PackedFolder written = new PackedFolder(format, 128, false);
    Checkpoint checkpoint = Checkpoint.open(written.write(folder));
    for (TensorSpec tensor : ModelTensors.of(checkpoint.shape()).all()) {
      Part part = written.part(tensor);
      if (part == null) {
        assertThat(checkpoint.codes(tensor, 0, 128)).isEmpty();
        continue;
      }
      for (int n = 0; n < tensor.rows(); n++) {
        Int4Groups codes = checkpoint.codes(tensor, n, 128).orElseThrow();
        for (int k = 0; k < tensor.columns(); k++) {
          assertThat((int) codes.codes()[k]).isEqualTo(part.q()[n][k]);
        }
        assertThat(codes.zeroPoints()).isEqualTo(part.z()[n]);
        assertThat(codes.scales()).isEqualTo(part.s()[n]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"gptq,128,true,g_idx", "gptq,64,false,64 inputs", "awq,256,false,256 inputs"})
  void codesInOtherGroupsAreRefused(String format, int group, boolean reordered, String why)
      throws IOException {
    Checkpoint checkpoint =
        Checkpoint.open(new PackedFolder(format, group, reordered).write(folder));
    TensorSpec tensor = TensorSpec.matrix(O_PROJ + ".weight", 256, 256);
    assertThatThrownBy(() -> checkpoint.codes(tensor, 0, 128))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContainingAll("model.safetensors", O_PROJ + ".qweight", why);
  }

  @Test
  void aGroupOfAllInputsIsOneOfAnyLargerSize() throws IOException {
    Path path = new PackedFolder("gptq", 256, false).write(folder);
    String config = Files.readString(path.resolve("config.json"));
    Files.writeString(
        path.resolve("config.json"), config.replace("\"group_size\":256", "\"group_size\":-1"));
    Checkpoint checkpoint = Checkpoint.open(path);
    TensorSpec narrow = TensorSpec.matrix("model.layers.0.mlp.down_proj.weight", 256, 128);
    assertThat(checkpoint.codes(narrow, 255, 128).orElseThrow().scales()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"scales", "qzeros", "g_idx"})
  void everyMissingTensorIsNamed(String kind) throws IOException {
    String name = O_PROJ + "." + kind;
    // Without desc_act g_idx may be absent.
    PackedFolder written = new PackedFolder("gptq", 128, true);
    written.write(folder, only(name, raw -> new Raw(name, "I32", List.of(0), new byte[0])));
    assertRefused("model.safetensors", name, "missing");
  }

  @Test
  void groupsNeedNotBeListed() throws IOException {
    UnaryOperator<Raw> without =
        raw ->
            raw.name().endsWith("g_idx")
                ? new Raw(raw.name(), "I32", List.of(0), new byte[0])
                : raw;
    new PackedFolder("gptq", 128, false).write(folder, without);
    TensorSpec tensor = TensorSpec.matrix(O_PROJ + ".weight", 256, 256);
    assertThat(Checkpoint.open(folder).codes(tensor, 3, 128)).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "gptq,qweight",
    "gptq,qzeros",
    "gptq,scales",
    "gptq,g_idx",
    "awq,qweight",
    "awq,qzeros",
    "awq,scales"
  })
  void everyMisshapenTensorIsNamed(String format, String kind) throws IOException {
    String name = O_PROJ + "." + kind;
    UnaryOperator<Raw> misshape =
        raw -> {
          List<Integer> shape = raw.dtype().equals("F16") ? List.of(2, 3) : List.of(1, 3);
          return new Raw(name, raw.dtype(), shape, new byte[12]);
        };
    new PackedFolder(format, 128, false).write(folder, only(name, misshape));
    assertRefused("model.safetensors", "tensor " + name, "its shape is");
  }

  @Test
  void otherNumberFormatsAreNamed() throws IOException {
    new PackedFolder("awq", 128, false)
        .write(
            folder,
            only(O_PROJ + ".scales", raw -> new Raw(raw.name(), "BF16", raw.shape(), raw.bytes())));
    assertRefused("tensor " + O_PROJ + ".scales", "BF16");
  }

  @Test
  void groupsThatDoNotExistAreNamed() throws IOException {
    String name = O_PROJ + ".g_idx";
    UnaryOperator<Raw> change =
        raw -> {
          raw.bytes()[4 * 7] = 2;
          return raw;
        };
    new PackedFolder("gptq", 128, false).write(folder, only(name, change));
    assertRefused("tensor " + name, "input 7 is in group 2 of 2");
  }

  @Test
  void scalesThatAreNotFiniteAreNamed() throws IOException {
    String name = O_PROJ + ".scales";
    UnaryOperator<Raw> change =
        raw -> {
          raw.bytes()[2 * (256 + 5)] = 0;
          raw.bytes()[2 * (256 + 5) + 1] = 0x7c;
          return raw;
        };
    new PackedFolder("gptq", 128, false).write(folder, only(name, change));
    Checkpoint checkpoint = Checkpoint.open(folder);
    TensorSpec tensor = TensorSpec.matrix(O_PROJ + ".weight", 256, 256);
    assertThatThrownBy(() -> checkpoint.row(tensor, 5, new float[256]))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContainingAll(name, "group 1 of channel 5", "Infinity");
  }

  @Test
  void aTruncatedFileIsNamed() throws IOException {
    Path file = new PackedFolder("awq", 128, false).write(folder).resolve("model.safetensors");
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length - 100));
    assertRefused("model.safetensors", "truncated");
  }

  @ParameterizedTest
  @CsvSource({
    "\"bits\":4,\"bits\":8,quantization_config.bits",
    "\"group_size\":128,\"group_size\":0,quantization_config.group_size",
    "\"group_size\":128,\"group_size\":2147483648,quantization_config.group_size",
    "\"awq\",\"fp8\",quantization_config.quant_method",
    "\"gemm\",\"gemv\",quantization_config.version",
    "quantization_config,other,no quantization_config"
  })
  void otherFormatsAreNamed(String from, String to, String why) throws IOException {
    Path file = new PackedFolder("awq", 128, false).write(folder).resolve("config.json");
    Files.writeString(file, Files.readString(file).replace(from, to));
    assertRefused(folder.getFileName().toString(), why);
  }

  private static UnaryOperator<Raw> only(String name, UnaryOperator<Raw> change) {
    return raw -> raw.name().equals(name) ? change.apply(raw) : raw;
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContainingAll(parts);
  }
}
