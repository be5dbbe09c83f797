/** The strategies that users choose from, one file each. */
@NullMarked
package org.joulemark.kernels.quant.strategy;

import org.jspecify.annotations.NullMarked;
