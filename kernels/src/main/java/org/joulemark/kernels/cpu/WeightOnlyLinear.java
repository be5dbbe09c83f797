package org.joulemark.kernels.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.global.dnnl;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.definition.Int4Groups;
import org.joulemark.kernels.quant.definition.Int8Row;
import org.jspecify.annotations.Nullable;

/** INT8 or INT4 weights, scaled back inside oneDNN's product; activations are FP32. */
final class WeightOnlyLinear implements CpuLinear {
  private static final int INT8_BITS = 8;
  private static final int BITS_PER_BYTE = 8;

  private final DnnlContext context;
  private final LinearScheme.WeightOnly scheme;
  private final DnnlLinear.Spec spec;
  private final DnnlLinear.Coded coded;
  private final DnnlLinear product;

  /**
   * Plans. Weights lie as {@link DnnlLinear.Coded} says, so that every part of a size can share
   * them.
   *
   * @throws UnsupportedWorkException if oneDNN has no optimized implementation
   */
  WeightOnlyLinear(
      DnnlContext context,
      NativeScope scope,
      LinearPart part,
      LinearScheme.WeightOnly scheme,
      DnnlLinear.Spec spec) {
    if (scheme.group() > 0 && spec.k() % scheme.group() != 0) {
      throw new UnsupportedWorkException(
          "oneDNN has no groups of "
              + scheme.group()
              + " over the "
              + spec.k()
              + " inputs of "
              + part.id()
              + ": the last one would be shorter.");
    }
    this.context = context;
    this.scheme = scheme;
    this.coded =
        new DnnlLinear.Coded(
            scheme.bits() == INT8_BITS ? dnnl.dnnl_s8 : dnnl.dnnl_u4, scheme.group());
    this.spec =
        new DnnlLinear.Spec(
            Precision.FP32, spec.output(), spec.m(), spec.n(), spec.k(), spec.bias(), spec.fused());
    this.product = new DnnlLinear(context, scope, this.spec, coded);
  }

  @Override
  public Weights pack(NativeScope scope, WeightPacker packer, WeightSource source) {
    int n = spec.n();
    int k = spec.k();
    int groups = scheme.group() == 0 ? 1 : k / scheme.group();
    int rowBytes = k * scheme.bits() / BITS_PER_BYTE;
    NativeBuffer codes = scope.allocate((long) n * rowBytes);
    NativeMatrix scales = new NativeMatrix(scope, ElementType.FP32, groups, n);
    NativeBuffer zeroPoints = scope.allocate((long) groups * n);
    FloatBuffer scaleValues = scales.buffer().slice(0, groups * n * Float.BYTES).asFloatBuffer();
    ByteBuffer zeroValues = zeroPoints.slice(0, groups * n);
    IntStream.range(0, n)
        .parallel()
        .forEach(
            row -> {
              ByteBuffer into = codes.slice((long) row * rowBytes, rowBytes);
              if (scheme.bits() == INT8_BITS) {
                Int8Row encoded = Int8Row.symmetric(values(source, row));
                into.put(0, encoded.codes());
                scaleValues.put(row, encoded.scale());
              } else {
                Int4Groups encoded =
                    source
                        .rows()
                        .codes(row, scheme.group())
                        .orElseGet(() -> Int4Groups.of(values(source, row), scheme.group()));
                putNibbles(encoded.codes(), into);
                for (int g = 0; g < groups; g++) {
                  scaleValues.put(g * n + row, encoded.scales()[g]);
                  zeroValues.put(g * n + row, (byte) encoded.zeroPoints()[g]);
                }
              }
            });
    dnnl_memory packed = context.memory(scope, coded.weights(context, scope, n, k), codes);
    dnnl_memory scaleMemory =
        context.memory(
            scope,
            context.describe(
                scope,
                dnnl.dnnl_f32,
                scheme.group() == 0 ? new long[] {n} : new long[] {groups, n},
                scheme.group() == 0 ? new long[] {1} : new long[] {n, 1}),
            scales.buffer());
    dnnl_memory zeroMemory =
        scheme.group() == 0
            ? null
            : context.memory(
                scope,
                context.describe(scope, dnnl.dnnl_u8, new long[] {groups, n}, new long[] {n, 1}),
                zeroPoints);
    return new DnnlLinear.Packed(
        packed, scaleMemory, zeroMemory, spec.bias() ? product.bias(scope, source.bias()) : null);
  }

  private float[] values(WeightSource source, int row) {
    float[] values = new float[spec.k()];
    source.rows().row(row, values);
    return values;
  }

  /** Two codes a byte, the first in the low half. */
  private static void putNibbles(byte[] codes, ByteBuffer into) {
    into.order(ByteOrder.nativeOrder());
    for (int i = 0; i < codes.length; i += 2) {
      into.put(i / 2, (byte) (codes[i] | codes[i + 1] << 4));
    }
  }

  @Override
  public Call bind(
      NativeScope scope,
      Weights weights,
      NativeMatrix x,
      NativeMatrix y,
      @Nullable NativeMatrix other) {
    return product.bind(scope, weights, x, y, other);
  }

  @Override
  public String implementation() {
    return product.implementation();
  }
}
