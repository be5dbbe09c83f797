/** The command line. */
@NullMarked
package org.joulemark.benchmarks.cli;

import org.jspecify.annotations.NullMarked;
