/** Energy meters, the window over them, and its uncertainty. */
@NullMarked
package org.joulemark.harness.energy;

import org.jspecify.annotations.NullMarked;
