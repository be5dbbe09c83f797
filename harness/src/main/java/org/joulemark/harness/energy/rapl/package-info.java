/** Energy of processor packages and memory from Linux powercap (RAPL). */
@NullMarked
package org.joulemark.harness.energy.rapl;

import org.jspecify.annotations.NullMarked;
