package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.quant.ElementType;

/**
 * The operations of attention as every cuDNN 9 knows them: two products with a scaling, a mask and
 * a softmax between them, none of which is ever stored. Keys, values and queries are read where
 * they lie; heads that share keys read the same ones. Source: NVIDIA, cuDNN's documentation of its
 * graph interface, "Fused Flash Attention fprop".
 */
final class CudnnSdpaGraph implements AutoCloseable {
  /** What the caller gives addresses for. */
  static final long QUERIES = 1;

  static final long KEYS = 2;
  static final long VALUES = 3;
  static final long RESULT = 4;
  static final long SLOPES = 5;

  private static final long FIRST_OTHER = 10;
  private static final long ALIGNMENT = 16;
  private static final int ROWS = 2;
  private static final int COLUMNS = 3;
  private static final long[] ONE = {1, 1, 1, 1};

  private final SdpaShape shape;
  private final int stored;
  private final CudaScope scope = new CudaScope();
  private final List<CudnnDescriptor> operations = new ArrayList<>();
  private final List<Long> constantIds = new ArrayList<>();
  private final List<Pointer> constants = new ArrayList<>();
  private final long[] scoreSize;
  private final long[] scorePitches;
  private long nextId = FIRST_OTHER;

  /** Describes the operations. */
  CudnnSdpaGraph(SdpaShape shape) {
    this.shape = shape;
    this.stored =
        shape.type() == ElementType.BF16 ? cudnn.CUDNN_DATA_BFLOAT16 : cudnn.CUDNN_DATA_HALF;
    this.scoreSize = new long[] {shape.batch(), shape.heads(), shape.tokens(), shape.keys()};
    this.scorePitches = packed(scoreSize);
    try {
      describe();
    } catch (RuntimeException | Error failure) {
      Closing.after(failure, this::close);
      throw failure;
    }
  }

  private void describe() {
    long heads = shape.heads();
    long kvHeads = shape.kvHeads();
    long size = shape.headSize();
    long tokens = shape.tokens();
    long keys = shape.keys();
    long cached = shape.capacity() * size;
    CudnnDescriptor queries =
        outside(
            QUERIES,
            new long[] {shape.batch(), heads, tokens, size},
            new long[] {tokens * shape.queryPitch(), size, shape.queryPitch(), 1});
    CudnnDescriptor keysTransposed =
        outside(
            KEYS,
            new long[] {shape.batch(), kvHeads, size, keys},
            new long[] {kvHeads * cached, cached, 1, size});
    CudnnDescriptor values =
        outside(
            VALUES,
            new long[] {shape.batch(), kvHeads, keys, size},
            new long[] {kvHeads * cached, cached, size, 1});
    CudnnDescriptor result =
        outside(
            RESULT,
            new long[] {shape.batch(), heads, tokens, size},
            new long[] {tokens * heads * size, size, heads * size, 1});

    CudnnDescriptor scores = score(cudnn.CUDNN_DATA_FLOAT);
    multiply(queries, keysTransposed, scores);
    CudnnDescriptor scaled = score(cudnn.CUDNN_DATA_FLOAT);
    pointwise(
        cudnn.CUDNN_POINTWISE_MUL, cudnn.CUDNN_DATA_FLOAT, scores, number(shape.scale()), scaled);
    CudnnDescriptor weights = softmax(masked(shape.alibi() ? sloped(scaled) : scaled));
    multiply(weights, values, result);
  }

  /**
   * Adds a slope times key less row: less the query's position it would be, but a softmax does not
   * see what is the same for a whole row.
   */
  private CudnnDescriptor sloped(CudnnDescriptor scores) {
    CudnnDescriptor distance = score(cudnn.CUDNN_DATA_INT32);
    pointwise(
        cudnn.CUDNN_POINTWISE_SUB,
        cudnn.CUDNN_DATA_INT32,
        index(scores, COLUMNS),
        index(scores, ROWS),
        distance);
    CudnnDescriptor slopes =
        tensor(
                SLOPES,
                cudnn.CUDNN_DATA_FLOAT,
                new long[] {1, shape.heads(), 1, 1},
                new long[] {shape.heads(), 1, 1, 1})
            .finish();
    CudnnDescriptor added = score(cudnn.CUDNN_DATA_FLOAT);
    pointwise(cudnn.CUDNN_POINTWISE_MUL, cudnn.CUDNN_DATA_FLOAT, distance, slopes, added);
    CudnnDescriptor sum = score(cudnn.CUDNN_DATA_FLOAT);
    pointwise(cudnn.CUDNN_POINTWISE_ADD, cudnn.CUDNN_DATA_FLOAT, scores, added, sum);
    return sum;
  }

  /** Keeps the keys that a query sees: its own position and before, within the window. */
  private CudnnDescriptor masked(CudnnDescriptor scores) {
    CudnnDescriptor row = index(scores, ROWS);
    CudnnDescriptor column = index(scores, COLUMNS);
    CudnnDescriptor position = row;
    if (shape.start() > 0) {
      position =
          add(
              add(row, cudnn.CUDNN_POINTWISE_ADD, shape.keys()),
              cudnn.CUDNN_POINTWISE_SUB,
              shape.tokens());
    }
    CudnnDescriptor seen = keep(scores, cudnn.CUDNN_POINTWISE_CMP_GE, position, column);
    if (shape.window() == 0 || shape.window() >= shape.keys()) {
      return seen;
    }
    CudnnDescriptor shifted = score(cudnn.CUDNN_DATA_FLOAT);
    pointwise(
        cudnn.CUDNN_POINTWISE_ADD,
        cudnn.CUDNN_DATA_FLOAT,
        index(seen, COLUMNS),
        number((float) shape.window() - shape.start()),
        shifted);
    return keep(seen, cudnn.CUDNN_POINTWISE_CMP_GT, shifted, index(seen, ROWS));
  }

  private CudnnDescriptor add(CudnnDescriptor index, int operation, int number) {
    CudnnDescriptor sum = score(cudnn.CUDNN_DATA_INT32);
    pointwise(operation, cudnn.CUDNN_DATA_INT32, index, number(number), sum);
    return sum;
  }

  /** Scores where a comparison holds, minus infinity elsewhere. */
  private CudnnDescriptor keep(
      CudnnDescriptor scores, int comparison, CudnnDescriptor left, CudnnDescriptor right) {
    CudnnDescriptor mask = score(cudnn.CUDNN_DATA_BOOLEAN);
    pointwise(comparison, cudnn.CUDNN_DATA_BOOLEAN, left, right, mask);
    CudnnDescriptor kept = score(cudnn.CUDNN_DATA_FLOAT);
    operations.add(
        operation(cudnn.CUDNN_POINTWISE_BINARY_SELECT, cudnn.CUDNN_DATA_FLOAT, -1, scores, kept)
            .descriptors(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_BDESC, number(-Float.MAX_VALUE))
            .descriptors(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_TDESC, mask)
            .finish());
    return kept;
  }

  private CudnnDescriptor softmax(CudnnDescriptor scores) {
    CudnnDescriptor largest = perRow();
    reduce(cudnn.CUDNN_REDUCE_TENSOR_MAX, scores, largest);
    CudnnDescriptor below = score(cudnn.CUDNN_DATA_FLOAT);
    pointwise(cudnn.CUDNN_POINTWISE_SUB, cudnn.CUDNN_DATA_FLOAT, scores, largest, below);
    CudnnDescriptor powers = score(cudnn.CUDNN_DATA_FLOAT);
    operations.add(
        operation(cudnn.CUDNN_POINTWISE_EXP, cudnn.CUDNN_DATA_FLOAT, -1, below, powers).finish());
    CudnnDescriptor sum = perRow();
    reduce(cudnn.CUDNN_REDUCE_TENSOR_ADD, powers, sum);
    // Nobody reads the logarithm of the sums; but the library knows the graph by it.
    CudnnDescriptor logarithm = perRow();
    operations.add(
        operation(cudnn.CUDNN_POINTWISE_LOG, cudnn.CUDNN_DATA_FLOAT, -1, sum, logarithm).finish());
    pointwise(cudnn.CUDNN_POINTWISE_ADD, cudnn.CUDNN_DATA_FLOAT, largest, logarithm, perRow());
    CudnnDescriptor weights = score(stored);
    pointwise(cudnn.CUDNN_POINTWISE_DIV, cudnn.CUDNN_DATA_FLOAT, powers, sum, weights);
    return weights;
  }

  private void multiply(CudnnDescriptor a, CudnnDescriptor b, CudnnDescriptor c) {
    CudnnDescriptor product =
        own(new CudnnDescriptor(cudnn.CUDNN_BACKEND_MATMUL_DESCRIPTOR, "product"))
            .choice(
                cudnn.CUDNN_ATTR_MATMUL_COMP_TYPE,
                cudnn.CUDNN_TYPE_DATA_TYPE,
                cudnn.CUDNN_DATA_FLOAT)
            .finish();
    operations.add(
        own(new CudnnDescriptor(cudnn.CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR, "matmul"))
            .descriptors(cudnn.CUDNN_ATTR_OPERATION_MATMUL_ADESC, a)
            .descriptors(cudnn.CUDNN_ATTR_OPERATION_MATMUL_BDESC, b)
            .descriptors(cudnn.CUDNN_ATTR_OPERATION_MATMUL_CDESC, c)
            .descriptors(cudnn.CUDNN_ATTR_OPERATION_MATMUL_DESC, product)
            .finish());
  }

  private void reduce(int operator, CudnnDescriptor from, CudnnDescriptor to) {
    CudnnDescriptor reduction =
        own(new CudnnDescriptor(cudnn.CUDNN_BACKEND_REDUCTION_DESCRIPTOR, "reduction"))
            .choice(
                cudnn.CUDNN_ATTR_REDUCTION_OPERATOR,
                cudnn.CUDNN_TYPE_REDUCTION_OPERATOR_TYPE,
                operator)
            .choice(
                cudnn.CUDNN_ATTR_REDUCTION_COMP_TYPE,
                cudnn.CUDNN_TYPE_DATA_TYPE,
                cudnn.CUDNN_DATA_FLOAT)
            .finish();
    operations.add(
        own(new CudnnDescriptor(cudnn.CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR, "reduce"))
            .descriptors(cudnn.CUDNN_ATTR_OPERATION_REDUCTION_XDESC, from)
            .descriptors(cudnn.CUDNN_ATTR_OPERATION_REDUCTION_YDESC, to)
            .descriptors(cudnn.CUDNN_ATTR_OPERATION_REDUCTION_DESC, reduction)
            .finish());
  }

  private CudnnDescriptor index(CudnnDescriptor scores, int axis) {
    CudnnDescriptor index = score(cudnn.CUDNN_DATA_INT32);
    operations.add(
        operation(cudnn.CUDNN_POINTWISE_GEN_INDEX, cudnn.CUDNN_DATA_FLOAT, axis, scores, index)
            .finish());
    return index;
  }

  private void pointwise(
      int mode, int computed, CudnnDescriptor a, CudnnDescriptor b, CudnnDescriptor to) {
    operations.add(
        operation(mode, computed, -1, a, to)
            .descriptors(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_BDESC, b)
            .finish());
  }

  /** A pointwise operation that is not finished yet. */
  private CudnnDescriptor operation(
      int mode, int computed, int axis, CudnnDescriptor from, CudnnDescriptor to) {
    CudnnDescriptor kind =
        own(new CudnnDescriptor(cudnn.CUDNN_BACKEND_POINTWISE_DESCRIPTOR, "pointwise"))
            .choice(cudnn.CUDNN_ATTR_POINTWISE_MODE, cudnn.CUDNN_TYPE_POINTWISE_MODE, mode)
            .choice(cudnn.CUDNN_ATTR_POINTWISE_MATH_PREC, cudnn.CUDNN_TYPE_DATA_TYPE, computed);
    if (axis >= 0) {
      kind.longs(cudnn.CUDNN_ATTR_POINTWISE_AXIS, axis);
    }
    return own(new CudnnDescriptor(
            cudnn.CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR, "pointwise " + mode))
        .descriptors(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, kind.finish())
        .descriptors(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_XDESC, from)
        .descriptors(cudnn.CUDNN_ATTR_OPERATION_POINTWISE_YDESC, to);
  }

  private CudnnDescriptor outside(long id, long[] size, long[] pitches) {
    return tensor(id, stored, size, pitches).finish();
  }

  /** Something of the scores' size that is never stored. */
  private CudnnDescriptor score(int type) {
    return inside(type, scoreSize, scorePitches);
  }

  private CudnnDescriptor perRow() {
    long[] size = {shape.batch(), shape.heads(), shape.tokens(), 1};
    return inside(cudnn.CUDNN_DATA_FLOAT, size, packed(size));
  }

  private CudnnDescriptor inside(int type, long[] size, long[] pitches) {
    return tensor(nextId++, type, size, pitches)
        .flag(cudnn.CUDNN_ATTR_TENSOR_IS_VIRTUAL, true)
        .finish();
  }

  private CudnnDescriptor number(float value) {
    FloatPointer place = scope.own(new FloatPointer(1), Pointer::close);
    place.put(0, value);
    return constant(cudnn.CUDNN_DATA_FLOAT, place);
  }

  private CudnnDescriptor number(int value) {
    IntPointer place = scope.own(new IntPointer(1), Pointer::close);
    place.put(0, value);
    return constant(cudnn.CUDNN_DATA_INT32, place);
  }

  private CudnnDescriptor constant(int type, Pointer place) {
    long id = nextId++;
    constantIds.add(id);
    constants.add(place);
    return tensor(id, type, ONE, ONE).flag(cudnn.CUDNN_ATTR_TENSOR_IS_BY_VALUE, true).finish();
  }

  private CudnnDescriptor tensor(long id, int type, long[] size, long[] pitches) {
    return own(new CudnnDescriptor(cudnn.CUDNN_BACKEND_TENSOR_DESCRIPTOR, "tensor " + id))
        .longs(cudnn.CUDNN_ATTR_TENSOR_UNIQUE_ID, id)
        .choice(cudnn.CUDNN_ATTR_TENSOR_DATA_TYPE, cudnn.CUDNN_TYPE_DATA_TYPE, type)
        .longs(cudnn.CUDNN_ATTR_TENSOR_DIMENSIONS, size)
        .longs(cudnn.CUDNN_ATTR_TENSOR_STRIDES, pitches)
        .longs(cudnn.CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ALIGNMENT);
  }

  private static long[] packed(long[] size) {
    long[] pitches = new long[size.length];
    long pitch = 1;
    for (int i = size.length - 1; i >= 0; i--) {
      pitches[i] = pitch;
      pitch *= size[i];
    }
    return pitches;
  }

  private CudnnDescriptor own(CudnnDescriptor descriptor) {
    return scope.own(descriptor, CudnnDescriptor::close);
  }

  /** In the order in which each needs what is before it. */
  CudnnDescriptor[] operations() {
    return operations.toArray(new CudnnDescriptor[0]);
  }

  /** The operands that this graph brings itself. */
  List<Long> constantIds() {
    return constantIds;
  }

  /** Where they lie on the host, as long as this graph is open. */
  List<Pointer> constants() {
    return constants;
  }

  @Override
  public void close() {
    scope.close();
  }
}
