/** Checks of an installed engine on its own hardware, with the references that benchmarks use. */
@NullMarked
package org.joulemark.kernels.selftest;

import org.jspecify.annotations.NullMarked;
