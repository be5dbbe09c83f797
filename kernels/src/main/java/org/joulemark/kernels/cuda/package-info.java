/** The CUDA engine: driver, NVRTC, cuBLAS and cuBLASLt through JavaCPP. */
@NullMarked
package org.joulemark.kernels.cuda;

import org.jspecify.annotations.NullMarked;
