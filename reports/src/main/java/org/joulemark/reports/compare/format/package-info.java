/**
 * A comparison as text: for a terminal, for Markdown, and for what continuous integration reads.
 */
@NullMarked
package org.joulemark.reports.compare.format;

import org.jspecify.annotations.NullMarked;
