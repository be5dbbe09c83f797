/** The table of a report as Markdown, CSV and JSON. */
@NullMarked
package org.joulemark.reports.export;

import org.jspecify.annotations.NullMarked;
