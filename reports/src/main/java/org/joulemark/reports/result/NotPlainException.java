package org.joulemark.reports.result;

import java.io.IOException;

/**
 * A {@link PlainCursor} has met what it does not read. Whoever catches it reads the same text with
 * a {@link TokenCursor}, which says what is wrong if anything is; so this says nothing, not even
 * where.
 */
final class NotPlainException extends IOException {
  private static final long serialVersionUID = 1L;

  NotPlainException() {
    super("not plain");
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
