/** NVIDIA's management library, bound through JNA: meters, telemetry and faults of GPUs. */
@NullMarked
package org.joulemark.harness.energy.nvml;

import org.jspecify.annotations.NullMarked;
