/** The transformer layer and model pass, their FP64 reference, their weights and the KV cache. */
@NullMarked
package org.joulemark.kernels.layer;

import org.jspecify.annotations.NullMarked;
