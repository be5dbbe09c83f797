/** Plans configurations, runs each through JMH, records every outcome. */
@NullMarked
package org.joulemark.benchmarks.run;

import org.jspecify.annotations.NullMarked;
