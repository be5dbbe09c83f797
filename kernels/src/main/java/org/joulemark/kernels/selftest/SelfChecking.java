package org.joulemark.kernels.selftest;

import java.util.Set;

/** An engine with checks of its own beside those that hold for every engine. */
public interface SelfChecking {

  /** Hands over every check. */
  void checkSelf(Checks checks);

  /**
   * The names of a few small ones of these checks that between them launch each kernel of the
   * engine's own at least once: for tools under which a kernel takes a thousand times as long.
   */
  Set<String> covering();
}
