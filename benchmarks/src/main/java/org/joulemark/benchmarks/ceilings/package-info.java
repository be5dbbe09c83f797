/** What this GPU reaches at most. */
@NullMarked
package org.joulemark.benchmarks.ceilings;

import org.jspecify.annotations.NullMarked;
