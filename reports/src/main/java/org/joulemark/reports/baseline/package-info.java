/** Results kept under a name, to compare later ones with. */
@NullMarked
package org.joulemark.reports.baseline;

import org.jspecify.annotations.NullMarked;
