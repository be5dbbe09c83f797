/** The report as one HTML file that needs no network. */
@NullMarked
package org.joulemark.reports.page;

import org.jspecify.annotations.NullMarked;
