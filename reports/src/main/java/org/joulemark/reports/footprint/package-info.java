/** What energy means in carbon and money; always beside the energy, never instead. */
@NullMarked
package org.joulemark.reports.footprint;

import org.jspecify.annotations.NullMarked;
