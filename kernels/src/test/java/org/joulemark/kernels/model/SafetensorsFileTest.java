package org.joulemark.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.joulemark.kernels.quant.Bf16;
import org.joulemark.kernels.quant.Fp16;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  @TempDir Path folder;

  @Test
  void readsWhatWasWrittenInEveryFormat() throws IOException {
    Random random = new Random(7);
    for (int round = 0; round < 50; round++) {
      int rows = 1 + random.nextInt(9);
      int columns = 1 + random.nextInt(70);
      float[] values = new float[rows * columns];
      ByteBuffer half = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer brain = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer wide = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer longs = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
        half.putShort(Fp16.encode(values[i]));
        brain.putShort(Bf16.encode(values[i]));
        wide.putDouble(values[i]);
        longs.putLong(i - 3);
      }
      List<Integer> shape = List.of(rows, columns);
      SafetensorsFile file =
          SafetensorsFile.open(
              new SafetensorsBuilder()
                  .floats("a", shape, values)
                  .raw("h", "F16", shape, half.array())
                  .raw("b", "BF16", shape, brain.array())
                  .raw("odd", "I8", List.of(3), new byte[3])
                  .raw("w", "F64", shape, wide.array())
                  .raw("i", "I64", shape, longs.array())
                  .write(folder.resolve("round" + round)));
      assertThat(file.floats("a")).isEqualTo(values);
      assertThat(file.floats("w")).isEqualTo(values);
      float[] row = new float[columns];
      for (int r = 0; r < rows; r++) {
        file.readRow("h", r, row);
        float[] other = new float[columns];
        file.readRow("b", r, other);
        for (int c = 0; c < columns; c++) {
          float value = values[r * columns + c];
          assertThat(row[c]).isEqualTo(Fp16.decode(Fp16.encode(value)));
          assertThat(other[c]).isEqualTo(Bf16.decode(Bf16.encode(value)));
        }
      }
      assertThat(file.integers("i")[0]).isEqualTo(-3);
      assertThat(file.integers("i")).hasSize(values.length);
      assertThat(file.tensors()).hasSize(6);
    }
  }

  @Test
  void metadataAndEmptyTensorsAreAccepted() throws IOException {
    Path path =
        SafetensorsBuilder.write(
            folder.resolve("m"),
            "{\"__metadata__\":{\"format\":\"pt\"},"
                + SafetensorsBuilder.entry("none", "F32", "[0,4]", "[0,0]")
                + ","
                + SafetensorsBuilder.entry("scalar", "F32", "[]", "[0,4]")
                + "}   ",
            new byte[4]);
    SafetensorsFile file = SafetensorsFile.open(path);
    assertThat(file.tensors().keySet()).containsExactlyInAnyOrder("none", "scalar");
    assertThat(file.floats("none")).isEmpty();
    assertThat(file.floats("scalar")).containsExactly(0f);
  }

  @Test
  void readsATensorBeyondTwoGibibytesOfASparseFile() throws IOException {
    Path path = folder.resolve("large");
    long rows = 600_000;
    long bytes = rows * 1024 * 4;
    byte[] header =
        ("{" + SafetensorsBuilder.entry("big", "F32", "[600000,1024]", "[0," + bytes + "]") + "}")
            .getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      ByteBuffer start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      file.write(start.putLong(header.length).array());
      file.write(header);
      file.setLength(8 + header.length + bytes);
      file.seek(8 + header.length + bytes - 4);
      file.write(new byte[] {0, 0, (byte) 0x80, 0x3f});
    }
    float[] row = new float[1024];
    SafetensorsFile.open(path).readRow("big", rows - 1, row);
    assertThat(row[1023]).isEqualTo(1.0f);
    assertThat(row[0]).isEqualTo(0.0f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "F32 | [2,2] | [0,12] | needs 16 bytes",
        "F32 | [2,2] | [0,20] | truncated",
        "F32 | [4] | [4,16] | needs 16 bytes",
        "F32 | [3] | [4,16] | hole of 4 bytes",
        "F32 | [3] | [0,12] | 4 bytes after its last tensor",
        "F32 | [4] | [16,0] | end before they begin",
        "F32 | [4] | [-4,12] | not negative",
        "F32 | [4] | [0,1e30] | whole number",
        "F32 | [4] | [0] | pair",
        "F32 | [4] | \"0,16\" | pair",
        "F32 | [4611686018427387904,4] | [0,16] | overflows",
        "F32 | [4294967296,4294967296,0] | [0,0] | overflows",
        "F32 | [99999999999999999999] | [0,16] | whole number",
        "F32 | [-2,-2] | [0,16] | not negative",
        "F32 | [1.5] | [0,16] | whole number",
        "F32 | 4 | [0,16] | not an array",
        "F31 | [4] | [0,16] | not known",
      })
  void aLyingEntryIsNamed(String dtype, String shape, String offsets, String reason)
      throws IOException {
    Path path =
        SafetensorsBuilder.write(
            folder.resolve("model.safetensors"),
            "{" + SafetensorsBuilder.entry("t.weight", dtype, shape, offsets) + "}",
            new byte[16]);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining(reason)
        .message()
        .matches("(?s).*(t\\.weight|after its last tensor).*\\.");
  }

  @Test
  void overlapIsNamed() throws IOException {
    Path path =
        SafetensorsBuilder.write(
            folder.resolve("f"),
            "{"
                + SafetensorsBuilder.entry("a", "F32", "[2]", "[0,8]")
                + ","
                + SafetensorsBuilder.entry("b", "F32", "[3]", "[4,16]")
                + "}",
            new byte[16]);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("tensor b")
        .hasMessageContaining("overlaps");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{",
        "{\"a\":1}",
        "{\"a\":{}}",
        "not json",
        "{} {}",
        "\u0000",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}"
      })
  void aBrokenHeaderIsNamed(String header) throws IOException {
    Path path = SafetensorsBuilder.write(folder.resolve("broken"), header, new byte[4]);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("broken");
  }

  @Test
  void aDeeplyNestedHeaderIsAnErrorAndNoStackOverflow() throws IOException {
    Path path =
        SafetensorsBuilder.write(
            folder.resolve("deep"), "{\"a\":" + "[".repeat(200_000) + "}", new byte[0]);
    assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(ModelFormatException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 1000, 93})
  void aLyingHeaderLengthAllocatesNothing(long claimed) throws IOException {
    byte[] bytes = new byte[100];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(claimed);
    Path path = Files.write(folder.resolve("length"), bytes);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("its header claims");
  }

  @Test
  void everyTruncationOfAFileIsRefused() throws IOException {
    byte[] whole = sample();
    for (int length = 0; length < whole.length; length++) {
      Path path = folder.resolve("cut");
      Files.write(path, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> SafetensorsFile.open(path))
          .as("the first %d bytes", length)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("cut");
    }
  }

  @Test
  void randomDamageIsRefusedOrHarmless() throws IOException {
    Random random = new Random(11);
    byte[] whole = sample();
    List<String> refused = new ArrayList<>();
    int harmless = 0;
    for (int round = 0; round < 4000; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Path path = Files.write(folder.resolve("damaged"), damaged);
      try {
        SafetensorsFile file = SafetensorsFile.open(path);
        for (SafetensorsFile.Tensor tensor : file.tensors().values()) {
          if (tensor.dtype().startsWith("F32")) {
            assertThat(file.floats(tensor.name()).length * 4L).isEqualTo(tensor.bytes());
          }
        }
        harmless++;
      } catch (ModelFormatException e) {
        refused.add(String.valueOf(e.getMessage()));
      }
    }
    assertThat(refused).hasSizeGreaterThan(1000).allMatch(m -> m.contains("damaged"));
    assertThat(harmless).isGreaterThan(100);
  }

  @Test
  void aFileThatShrinksAfterItWasOpenedIsAnErrorAndNoCrash() throws IOException {
    Path path = folder.resolve("shrinks");
    Files.write(path, sample());
    SafetensorsFile file = SafetensorsFile.open(path);
    Files.write(path, new byte[10]);
    assertThatThrownBy(() -> file.floats("model.norm.weight"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("shorter");
  }

  @Test
  void rowsOutsideTheTensorAndWrongTypesAreRefused() throws IOException {
    Path path = Files.write(folder.resolve("s"), sample());
    SafetensorsFile file = SafetensorsFile.open(path);
    assertThatThrownBy(() -> file.readRow("lm_head.weight", 5, new float[3]))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> file.readRow("lm_head.weight", -1, new float[3]))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> file.integers("lm_head.weight"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("lm_head.weight");
    assertThatThrownBy(() -> file.floats("absent"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("absent");
  }

  private byte[] sample() throws IOException {
    return Files.readAllBytes(
        new SafetensorsBuilder()
            .floats("model.norm.weight", List.of(3), 1, 2, 3)
            .floats("lm_head.weight", List.of(5, 3), new float[15])
            .write(folder.resolve("sample")));
  }
}
