package org.joulemark.kernels.cpu;

import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.UnsupportedWorkException;

/** What every call into oneDNN's C interface shares. */
final class Dnnl {
  private Dnnl() {}

  /**
   * Passes a status on.
   *
   * @throws EngineException naming the call, the code and its text unless it succeeded
   */
  static void check(int status, String call) {
    if (status != dnnl.dnnl_success) {
      throw new EngineException(call + " failed with " + status + " (" + text(status) + ").");
    }
  }

  /**
   * As {@link #check}, for a call by which oneDNN says whether it has an implementation.
   *
   * @throws UnsupportedWorkException with the sentence if it has none
   */
  static void checkImplemented(int status, String call, String otherwise) {
    if (status == dnnl.dnnl_unimplemented) {
      throw new UnsupportedWorkException(otherwise);
    }
    check(status, call);
  }

  /** Such as 3.11.0. */
  static String version() {
    dnnl_version_t version = dnnl.dnnl_version();
    return version.major() + "." + version.minor() + "." + version.patch();
  }

  // The names of dnnl_status_t in oneapi/dnnl/dnnl_common_types.h.
  private static String text(int status) {
    return switch (status) {
      case dnnl.dnnl_out_of_memory -> "out of memory";
      case dnnl.dnnl_invalid_arguments -> "invalid arguments";
      case dnnl.dnnl_unimplemented -> "unimplemented";
      case dnnl.dnnl_last_impl_reached -> "last implementation reached";
      case dnnl.dnnl_runtime_error -> "runtime error";
      case dnnl.dnnl_not_required -> "not required";
      default -> "unknown status";
    };
  }
}
