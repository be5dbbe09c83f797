/** What an engine must offer, and the catalogue that picks one and says why. */
@NullMarked
package org.joulemark.kernels.engine;

import org.jspecify.annotations.NullMarked;
