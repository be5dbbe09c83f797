package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A linear part that looks at each call's activations, multiplies their outlier columns in the base
 * precision and the others in INT8; the host takes no part in that.
 */
final class OutlierLinear implements CudaLinear {
  private final CodeKernels codes;
  private final Int8Linear int8;
  private final OutlierColumnLists columns;
  private final OutlierProduct outliers;

  /** Around the product of the other columns. */
  OutlierLinear(
      CodeKernels codes, Int8Linear int8, OutlierColumnLists columns, OutlierProduct outliers) {
    this.codes = codes;
    this.int8 = int8;
    this.columns = columns;
    this.outliers = outliers;
  }

  @Override
  public CudaCall bind(
      CudaPartWeights weights,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    columns.clear();
    CudaCall find = columns.find(x);
    CudaCall quantize = codes.separatedRows(x, columns, int8.input());
    CudaCall multiply = int8.multiply(weights, y, added);
    CudaCall add = outliers.bind((QuantizedWeights) weights, columns.list(), y);
    return () -> {
      find.launch();
      quantize.launch();
      multiply.launch();
      add.launch();
    };
  }

  /** The mean number of outlier columns, empty before the first call; waits for the stream. */
  OptionalDouble meanColumns() {
    return columns.meanColumns();
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    int8.facts().forEach((key, value) -> facts.put("int8." + key, value));
    outliers.facts().forEach((key, value) -> facts.put("outliers." + key, value));
    return facts;
  }
}
