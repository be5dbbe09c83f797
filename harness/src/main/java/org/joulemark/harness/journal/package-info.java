/** What has been measured so far, on disk after every configuration. */
@NullMarked
package org.joulemark.harness.journal;

import org.jspecify.annotations.NullMarked;
