/** The energy profiler, the window between state and profiler, and the journal. */
@NullMarked
package org.joulemark.harness.jmh;

import org.jspecify.annotations.NullMarked;
