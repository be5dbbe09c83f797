/** Results in, something to read out. */
@NullMarked
package org.joulemark.reports;

import org.jspecify.annotations.NullMarked;
