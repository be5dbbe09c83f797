/** Measured results as data. */
@NullMarked
package org.joulemark.reports.result;

import org.jspecify.annotations.NullMarked;
