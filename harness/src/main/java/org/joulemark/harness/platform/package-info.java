/** What machine this is: the environment fingerprint and the GPU catalogue. */
@NullMarked
package org.joulemark.harness.platform;

import org.jspecify.annotations.NullMarked;
