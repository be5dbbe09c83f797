/** Scores of models on tasks, from evaluations' files and from what others have published. */
@NullMarked
package org.joulemark.reports.score;

import org.jspecify.annotations.NullMarked;
