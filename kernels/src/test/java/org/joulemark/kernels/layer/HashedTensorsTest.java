package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected bits were computed in Python with numpy's float32. */
class HashedTensorsTest {
  private final HashedTensors hashed = new HashedTensors();

  @ParameterizedTest
  @CsvSource({
    "self_attn.q_proj.weight, 0, 0, bb09b1f7",
    "self_attn.q_proj.weight, 0, 3583, bc7f8a22",
    "self_attn.q_proj.weight, 1, 1, bca80c49",
    "self_attn.q_proj.weight, 3583, 0, bc5f2df7",
    "self_attn.q_proj.weight, 3583, 3583, 3bc5c964",
    "mlp.down_proj.weight, 0, 1, 3ab9416e",
    "mlp.down_proj.weight, 0, 18943, 3bffc4a3",
    "mlp.down_proj.weight, 3583, 0, 3c108eb0",
    "mlp.down_proj.weight, 3583, 18943, bb13f706",
    "input_layernorm.weight, 0, 0, 3f6ee7de",
    "input_layernorm.weight, 0, 1, 3f7d8820",
    "self_attn.k_proj.bias, 0, 0, bdad1d3a",
    "self_attn.k_proj.bias, 0, 1, bd05fd1a",
    "self_attn.k_proj.bias, 0, 511, 3d254df3"
  })
  void equalsPythonForQwen(String name, int row, int column, String bits) {
    assertBits(tensorOf("qwen2.5-7b", name), row, column, bits);
  }

  @ParameterizedTest
  @CsvSource({
    "mlp.dense_h_to_4h.weight, 16383, 0, 3cc63957",
    "mlp.dense_h_to_4h.weight, 16383, 4095, bbaaf4ba",
    "input_layernorm.bias, 0, 0, 3dc3908b",
    "input_layernorm.bias, 0, 4095, bc2deccd"
  })
  void equalsPythonForBloom(String name, int row, int column, String bits) {
    assertBits(tensorOf("bloomz-7b1", name), row, column, bits);
  }

  @ParameterizedTest
  @CsvSource({
    "x, 0, 0, 3f2f3acd",
    "x, 0, 4095, bf1d5e00",
    "x, 255, 1, 3f5467de",
    "x.decode, 1, 0, bf7721c4",
    "x.decode, 1, 4095, 3fd5f827"
  })
  void equalsPythonForInputs(String name, int row, int column, String bits) {
    assertBits(TensorSpec.input(name, 256, 4096), row, column, bits);
  }

  private void assertBits(TensorSpec tensor, int row, int column, String bits) {
    float[] values = new float[tensor.columns()];
    hashed.row(tensor, row, values);
    assertThat(Integer.toHexString(Float.floatToRawIntBits(values[column]))).isEqualTo(bits);
  }

  private static TensorSpec tensorOf(String model, String name) {
    ModelShape shape = ModelCatalogue.standard().get(model);
    List<TensorSpec> all = LayerTensors.alone(shape).all();
    return all.stream().filter(tensor -> tensor.name().equals(name)).findFirst().orElseThrow();
  }
}
