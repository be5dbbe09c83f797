package org.joulemark.kernels.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ElementCodecTest {

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"INT8", "INT32"},
      mode = EnumSource.Mode.EXCLUDE)
  void writesFromIndexZeroInNativeOrderWhateverTheBufferSays(ElementType type) {
    float[] values = {1.0f, -2.5f, 0.0f, 3.75f, 1000.3f};
    ByteBuffer buffer = ByteBuffer.allocateDirect(values.length * type.bytes());
    buffer.order(ByteOrder.BIG_ENDIAN).position(3);

    ElementCodec.encode(type, values, values.length, buffer);

    assertThat(buffer.position()).isEqualTo(3);
    double[] back = new double[values.length];
    ElementCodec.decode(type, buffer, values.length, back);
    for (int i = 0; i < values.length; i++) {
      assertThat(back[i]).isEqualTo(ElementCodec.round(type, values[i]));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"INT8", "INT32"})
  void refusesIntegersWithoutScale(ElementType type) {
    assertThatThrownBy(
            () -> ElementCodec.encode(type, new float[1], 1, ByteBuffer.allocate(type.bytes())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ElementCodec.round(type, 1.0f))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"INT8", "INT32"})
  void readsIntegersExactly(ElementType type) {
    ByteBuffer buffer = ByteBuffer.allocate(3 * type.bytes()).order(ByteOrder.nativeOrder());
    int lowest = type == ElementType.INT8 ? Byte.MIN_VALUE : Integer.MIN_VALUE;
    for (int i = 0; i < 3; i++) {
      if (type == ElementType.INT8) {
        buffer.put(i, (byte) (lowest + i));
      } else {
        buffer.putInt(4 * i, lowest + i);
      }
    }
    double[] back = new double[3];
    ElementCodec.decode(type, buffer, 3, back);
    assertThat(back).containsExactly(lowest, lowest + 1.0, lowest + 2.0);
  }
}
