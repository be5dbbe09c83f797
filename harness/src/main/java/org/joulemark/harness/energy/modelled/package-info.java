/** Energy from a stated power model, where there is no sensor. */
@NullMarked
package org.joulemark.harness.energy.modelled;

import org.jspecify.annotations.NullMarked;
