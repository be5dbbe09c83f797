/** Shapes of transformer models and of their linear layers, as data. */
@NullMarked
package org.joulemark.kernels.model;

import org.jspecify.annotations.NullMarked;
