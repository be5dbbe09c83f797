package org.joulemark.kernels.selftest;

/** An engine with checks of its own beside those that hold for every engine. */
public interface SelfChecking {

  /** Hands over every check. */
  void checkSelf(Checks checks);
}
