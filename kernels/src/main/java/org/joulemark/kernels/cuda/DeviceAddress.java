package org.joulemark.kernels.cuda;

import org.bytedeco.javacpp.Pointer;

/** A place in device memory as the libraries' interfaces want it; owns nothing. */
final class DeviceAddress extends Pointer {

  /** The place {@code address}. */
  DeviceAddress(long address) {
    super((Pointer) null);
    this.address = address;
  }
}
