/** The benchmarks, their states, and the command line. */
@NullMarked
package org.joulemark.benchmarks;

import org.jspecify.annotations.NullMarked;
