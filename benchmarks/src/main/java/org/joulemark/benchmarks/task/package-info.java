/** Tasks: what an item of one is made of, and the benchmark that carries items out. */
@NullMarked
package org.joulemark.benchmarks.task;

import org.jspecify.annotations.NullMarked;
