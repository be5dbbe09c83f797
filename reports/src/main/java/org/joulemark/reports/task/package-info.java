/** What whole tasks took. */
@NullMarked
package org.joulemark.reports.task;

import org.jspecify.annotations.NullMarked;
