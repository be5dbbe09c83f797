package org.joulemark.kernels.selftest;

/** Where an engine's own checks go: each is run, or left out if it was not asked for. */
@FunctionalInterface
public interface Checks {

  /** Runs a check under a name, unless that name was not asked for. */
  void check(String name, Check check);
}
