/** Picks the energy source of a benchmark and says what this host offers. */
@NullMarked
package org.joulemark.harness.energy.source;

import org.jspecify.annotations.NullMarked;
