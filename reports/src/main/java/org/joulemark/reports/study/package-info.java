/**
 * The study that the suite's metric comes from: its published tables, and its claims as hypotheses.
 */
@NullMarked
package org.joulemark.reports.study;

import org.jspecify.annotations.NullMarked;
