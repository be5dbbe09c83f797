/** Every formula: rates are derived here and nowhere else. */
@NullMarked
package org.joulemark.harness.metrics;

import org.jspecify.annotations.NullMarked;
