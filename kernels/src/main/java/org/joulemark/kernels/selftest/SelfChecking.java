package org.joulemark.kernels.selftest;

import java.util.function.Consumer;

/** An engine with checks of its own beside those that hold for every engine. */
public interface SelfChecking {

  /** Runs them and hands over each row when it is there. */
  void checkSelf(Consumer<SelfTestRow> rows);
}
