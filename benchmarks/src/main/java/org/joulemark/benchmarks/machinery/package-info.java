/** What it costs the host to drive the device. */
@NullMarked
package org.joulemark.benchmarks.machinery;

import org.jspecify.annotations.NullMarked;
