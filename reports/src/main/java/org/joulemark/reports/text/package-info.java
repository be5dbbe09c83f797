/** Words from anywhere, made safe for where they are written. */
@NullMarked
package org.joulemark.reports.text;

import org.jspecify.annotations.NullMarked;
