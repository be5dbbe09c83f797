/** The CPU engine: oneDNN through JavaCPP. */
@NullMarked
package org.joulemark.kernels.cpu;

import org.jspecify.annotations.NullMarked;
