package org.joulemark.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  private static final String CONFIG =
      "{\"model_type\":\"llama\",\"hidden_size\":4,\"intermediate_size\":6,"
          + "\"num_hidden_layers\":1,\"num_attention_heads\":2,\"vocab_size\":5}";
  private static final String BLOOM =
      "{\"model_type\":\"bloom\",\"hidden_size\":4,\"n_layer\":1,\"n_head\":2,\"vocab_size\":5}";

  @TempDir Path folder;

  @Test
  void readsShards() throws IOException {
    List<TensorSpec> all = tensors(CONFIG);
    SafetensorsBuilder first = new SafetensorsBuilder();
    SafetensorsBuilder second = new SafetensorsBuilder();
    StringBuilder index = new StringBuilder("{\"metadata\":{},\"weight_map\":{");
    for (int i = 0; i < all.size(); i++) {
      TensorSpec tensor = all.get(i);
      float[] values = new float[(int) tensor.elements()];
      java.util.Arrays.fill(values, i);
      (i % 2 == 0 ? first : second).floats(tensor.name(), tensor.dimensions(), values);
      index
          .append(i == 0 ? "" : ",")
          .append("\"" + tensor.name() + "\":\"shard-" + i % 2 + ".safetensors\"");
    }
    first.write(folder.resolve("shard-0.safetensors"));
    second.write(folder.resolve("shard-1.safetensors"));
    Files.writeString(folder.resolve("model.safetensors.index.json"), index + "}}");

    Checkpoint checkpoint = Checkpoint.open(folder);
    for (int i = 0; i < all.size(); i++) {
      float[] row = new float[all.get(i).columns()];
      checkpoint.row(all.get(i), all.get(i).rows() - 1, row);
      assertThat(row).containsOnly(i);
    }

    Files.delete(folder.resolve("shard-1.safetensors"));
    assertRefused("shard-1.safetensors", "no such file");
  }

  @Test
  void anIndexThatNamesFilesElsewhereIsRefused() throws IOException {
    tensors(CONFIG);
    for (String shard : List.of("../x", "/etc/passwd", "..", "")) {
      Files.writeString(
          folder.resolve("model.safetensors.index.json"),
          "{\"weight_map\":{\"lm_head.weight\":\"" + shard + "\"}}");
      assertRefused("model.safetensors.index.json", "lm_head.weight");
    }
  }

  @Test
  void anIndexWhoseShardLacksTheTensorNamesBoth() throws IOException {
    tensors(CONFIG);
    new SafetensorsBuilder().floats("a", List.of(1), 1).write(folder.resolve("s"));
    Files.writeString(
        folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"b\":\"s\"}}");
    assertRefused("/s:", "tensor b");
  }

  @Test
  void everyMissingTensorIsNamed() throws IOException {
    List<TensorSpec> all = tensors(CONFIG);
    for (TensorSpec missing : all) {
      SafetensorsBuilder builder = new SafetensorsBuilder();
      all.stream().filter(tensor -> !tensor.equals(missing)).forEach(builder::zeros);
      builder.write(folder.resolve("model.safetensors"));
      assertRefused("model.safetensors", missing.name());
    }
  }

  @Test
  void everyMisshapenTensorIsNamed() throws IOException {
    List<TensorSpec> all = tensors(CONFIG);
    for (TensorSpec wrong : all) {
      SafetensorsBuilder builder = new SafetensorsBuilder();
      for (TensorSpec tensor : all) {
        if (tensor.equals(wrong)) {
          builder.floats(tensor.name(), List.of(7, 3), new float[21]);
        } else {
          builder.zeros(tensor);
        }
      }
      builder.write(folder.resolve("model.safetensors"));
      assertRefused("model.safetensors", wrong.name());
      assertRefused("[7, 3]", wrong.dimensions().toString());
    }
  }

  @Test
  void integersAreNoWeights() throws IOException {
    List<TensorSpec> all = tensors(CONFIG);
    SafetensorsBuilder builder = new SafetensorsBuilder();
    for (TensorSpec tensor : all) {
      builder.raw(tensor.name(), "I8", tensor.dimensions(), new byte[(int) tensor.elements()]);
    }
    builder.write(folder.resolve("model.safetensors"));
    assertRefused("model.safetensors", "I8");
  }

  @Test
  void bloomIsReadWithAndWithoutItsPrefix() throws IOException {
    List<TensorSpec> all = tensors(BLOOM);
    for (String prefix : List.of("", "transformer.")) {
      SafetensorsBuilder builder = new SafetensorsBuilder();
      for (TensorSpec tensor : all) {
        builder.floats(
            prefix + tensor.name(), tensor.dimensions(), new float[(int) tensor.elements()]);
      }
      builder.write(folder.resolve("model.safetensors"));
      Checkpoint checkpoint = Checkpoint.open(folder);
      for (TensorSpec tensor : all) {
        checkpoint.row(tensor, 0, new float[tensor.columns()]);
      }
    }
  }

  @Test
  void aFolderWithoutWeightsIsNamed() throws IOException {
    tensors(CONFIG);
    assertRefused(folder.getFileName().toString(), "neither model.safetensors");
  }

  private List<TensorSpec> tensors(String config) throws IOException {
    Files.writeString(folder.resolve("config.json"), config);
    return ModelTensors.of(HuggingFaceConfig.read(folder)).all();
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContainingAll(parts);
  }
}
