package org.joulemark.kernels.model;

import java.util.Optional;
import org.joulemark.kernels.quant.definition.Int4Groups;

/** One tensor of a model as a checkpoint stores it. Safe for concurrent use. */
interface StoredTensor {

  /** Writes row {@code row} from the array's index 0 on. */
  void row(int row, float[] into);

  /** As of {@link TensorSource#codes}. */
  Optional<Int4Groups> codes(int row, int group);
}
