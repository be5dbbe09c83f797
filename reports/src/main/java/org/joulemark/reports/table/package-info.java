/** Results as text for a terminal. */
@NullMarked
package org.joulemark.reports.table;

import org.jspecify.annotations.NullMarked;
