package org.joulemark.kernels.cpu;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;

/** Asks Linux to back memory with 2 MiB pages, where it does so only on request. */
final class HugePages {
  // From <sys/mman.h> of Linux.
  private static final int MADV_HUGEPAGE = 14;
  private static final long PAGE_BYTES = 4096;

  private HugePages() {}

  /**
   * Advises {@code madvise(MADV_HUGEPAGE)}; elsewhere than on Linux does nothing. It is advice: a
   * kernel without huge pages refuses it, the memory stays usable, and no number changes, so the
   * return value needs no check.
   */
  static void advise(long address, long bytes) {
    if (Platform.isLinux()) {
      Holder.MADVISE.invokeInt(
          new Object[] {new Pointer(address), bytes / PAGE_BYTES * PAGE_BYTES, MADV_HUGEPAGE});
    }
  }

  private static final class Holder {
    static final Function MADVISE = NativeLibrary.getInstance("c").getFunction("madvise");
  }
}
