/** Which hardware and strategy fit a use case, and why. */
@NullMarked
package org.joulemark.reports.recommend;

import org.jspecify.annotations.NullMarked;
