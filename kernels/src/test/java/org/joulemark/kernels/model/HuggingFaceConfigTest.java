package org.joulemark.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceConfigTest {
  private static final String QWEN =
      "{'model_type':'qwen2','hidden_act':'silu','hidden_size':3584,'intermediate_size':18944,"
          + "'num_hidden_layers':28,'num_attention_heads':28,'num_key_value_heads':4,"
          + "'vocab_size':152064,'rms_norm_eps':1e-6,'tie_word_embeddings':false";
  private static final String LLAMA =
      "{'model_type':'llama','hidden_size':64,'intermediate_size':128,'num_hidden_layers':2,"
          + "'num_attention_heads':4,'vocab_size':128";
  private static final String MISTRAL = LLAMA.replace("llama", "mistral");

  @TempDir Path folder;

  @Test
  void readsTheOldSpelling() throws IOException {
    ModelShape shape =
        read(
            QWEN
                + ",'rope_theta':1000000.0,'sliding_window':131072,'use_sliding_window':false,"
                + "'max_window_layers':28}");
    assertSameComputation(shape, ModelCatalogue.standard().get("qwen2.5-7b"));
  }

  @Test
  void readsTheNewSpelling() throws IOException {
    ModelShape shape =
        read(
            QWEN
                + ",'head_dim':null,'rope_parameters':{'rope_theta':10000.0,"
                + "'rope_type':'default'},'sliding_window':null,'use_sliding_window':false}");
    assertSameComputation(shape, ModelCatalogue.standard().get("deepseek-r1-distill-qwen-7b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'model_type':'bloom','n_embed':4096,'n_layer':30,'num_attention_heads':32,"
            + "'vocab_size':250880,'layer_norm_epsilon':1e-5}",
        "{'model_type':'bloom','hidden_size':4096,'n_layer':30,'n_head':32,'vocab_size':250880}",
        "{'model_type':'bloom','hidden_size':4096,'num_hidden_layers':30,'num_attention_heads':32,"
            + "'vocab_size':250880,'n_head':null}"
      })
  void readsEverySpellingOfBloom(String json) throws IOException {
    assertSameComputation(read(json), ModelCatalogue.standard().get("bloomz-7b1"));
  }

  @Test
  void readsLlamaScalingInBothSpellings() throws IOException {
    String scaling =
        "'factor':8.0,'low_freq_factor':1.0,'high_freq_factor':4.0,"
            + "'original_max_position_embeddings':8192,'rope_type':'llama3'}";
    RopeScaling expected = new RopeScaling(8, 1, 4, 8192);
    ModelShape old = read(LLAMA + ",'rope_theta':500000.0,'rope_scaling':{" + scaling + "}");
    ModelShape recent = read(LLAMA + ",'rope_parameters':{'rope_theta':500000.0," + scaling + "}");
    assertThat(old.ropeScaling()).isEqualTo(expected);
    assertThat(recent.ropeScaling()).isEqualTo(expected);
    assertThat(old.ropeTheta()).isEqualTo(500000.0);
    assertThat(recent.ropeTheta()).isEqualTo(500000.0);
  }

  @Test
  void defaultsAreThoseOfTheFamily() throws IOException {
    ModelShape shape = read(LLAMA + "}");
    assertThat(shape.kvHeads()).isEqualTo(4);
    assertThat(shape.headSize()).isEqualTo(16);
    assertThat(shape.ropeTheta()).isEqualTo(10000.0);
    assertThat(shape.normEpsilon()).isEqualTo(1e-6);
    assertThat(shape.tiedHead()).isFalse();
    assertThat(shape.qkvBias()).isFalse();
  }

  @Test
  void readsWhatDeviatesFromTheDefault() throws IOException {
    ModelShape llama =
        read(LLAMA + ",'head_dim':32,'attention_bias':true,'tie_word_embeddings':true}");
    assertThat(llama.headSize()).isEqualTo(32);
    assertThat(llama.queryWidth()).isEqualTo(128);
    assertThat(llama.qkvBias()).isTrue();
    assertThat(llama.outputBias()).isTrue();
    assertThat(llama.tiedHead()).isTrue();
    assertThat(read(MISTRAL + ",'sliding_window':4096}").slidingWindow()).isEqualTo(4096);
    assertThat(read(MISTRAL + ",'sliding_window':null}").slidingWindow()).isZero();
    assertThat(
            read(QWEN + ",'sliding_window':7,'use_sliding_window':true,'max_window_layers':0}")
                .slidingWindow())
        .isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hidden_size | {'model_type':'llama','num_attention_heads':2}",
        "model_type | {'hidden_size':8}",
        "gpt9 | {'model_type':'gpt9'}",
        "model_type | {'model_type':7}",
        "num_hidden_layers | L,'num_hidden_layers':2147483647}",
        "vocab_size | L,'vocab_size':99999999999999}",
        "hidden_size | L,'hidden_size':-4}",
        "hidden_size | L,'hidden_size':64.5}",
        "hidden_size | L,'hidden_size':'64'}",
        "rms_norm_eps | L,'rms_norm_eps':0}",
        "tie_word_embeddings | L,'tie_word_embeddings':'yes'}",
        "hidden_act | L,'hidden_act':'gelu'}",
        "mlp_bias | L,'mlp_bias':true}",
        "rope_theta | L,'rope_theta':0.5}",
        "rope_scaling | L,'rope_scaling':{'type':'yarn','factor':2}}",
        "rope_scaling | L,'rope_scaling':[]}",
        "low_freq_factor | L,'rope_scaling':{'rope_type':'llama3','factor':2,"
            + "'original_max_position_embeddings':8}}",
        "heads | L,'num_attention_heads':5}",
        "kvHeads | L,'num_key_value_heads':3}",
        "max_window_layers | Q,'sliding_window':7,'use_sliding_window':true,"
            + "'max_window_layers':14}",
        "JSON | {'model_type':",
        "JSON | []",
      })
  void aBrokenFieldIsNamed(String named, String json) {
    String whole =
        json.startsWith("L,")
            ? withoutDuplicates(LLAMA, json) + json.substring(2)
            : json.replace("Q,", QWEN + ",");
    assertThatThrownBy(() -> read(whole))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(named);
  }

  /** The llama configuration without the field that {@code json} sets itself. */
  private static String withoutDuplicates(String base, String json) {
    String field = json.substring(json.indexOf('\''), json.indexOf(':') + 1);
    return base.replaceAll("," + field + "[^,}]*", "") + ",";
  }

  @Test
  void randomDamageIsRefusedOrHarmless() throws IOException {
    Random random = new Random(3);
    byte[] whole =
        (QWEN + ",'rope_parameters':{'rope_theta':10000.0,'rope_type':'default'}}")
            .replace('\'', '"')
            .getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int round = 0; round < 5000; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Files.write(folder.resolve("config.json"), damaged);
      try {
        ModelShape shape = HuggingFaceConfig.read(folder);
        assertThat(ModelTensors.of(shape).all()).isNotEmpty();
      } catch (ModelFormatException e) {
        assertThat(e).hasMessageContaining("config.json");
        refused++;
      }
    }
    assertThat(refused).isBetween(2000, 4999);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> HuggingFaceConfig.read(folder.resolve("nowhere")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("nowhere");
  }

  private ModelShape read(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json.replace('\'', '"'));
    return HuggingFaceConfig.read(folder);
  }

  private static void assertSameComputation(ModelShape actual, ModelShape expected) {
    assertThat(actual)
        .usingRecursiveComparison()
        .ignoringFields("id", "title", "study", "source")
        .isEqualTo(expected);
  }
}
