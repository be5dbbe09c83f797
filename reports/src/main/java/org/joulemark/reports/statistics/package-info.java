/** Statistics for two small samples whose distribution nobody knows. Numbers in, numbers out. */
@NullMarked
package org.joulemark.reports.statistics;

import org.jspecify.annotations.NullMarked;
