/** Precisions, and quantization defined in plain Java. */
@NullMarked
package org.joulemark.kernels.quant;

import org.jspecify.annotations.NullMarked;
