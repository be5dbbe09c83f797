/** Any number of results as one table: what the pictures and the exports show. */
@NullMarked
package org.joulemark.reports.view;

import org.jspecify.annotations.NullMarked;
