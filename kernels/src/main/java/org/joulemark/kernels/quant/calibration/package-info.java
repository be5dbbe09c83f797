/** How static scales of activations are fitted, one file a calibrator, and kept in files. */
@NullMarked
package org.joulemark.kernels.quant.calibration;

import org.jspecify.annotations.NullMarked;
