package org.joulemark.kernels.selftest;

import java.util.function.Consumer;
import org.joulemark.kernels.engine.GemmOptions;

/** An engine with checks of its own beside those that hold for every engine. */
public interface SelfChecking {

  /** The options of the checks that hold for every engine: those that take the least time. */
  GemmOptions quickOptions();

  /** Runs them and hands over each row when it is there. */
  void checkSelf(Consumer<SelfTestRow> rows);
}
