/** Two runs side by side: what became faster or slower, and what cannot be said. */
@NullMarked
package org.joulemark.reports.compare;

import org.jspecify.annotations.NullMarked;
