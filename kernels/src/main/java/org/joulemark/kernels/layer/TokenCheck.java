package org.joulemark.kernels.layer;

/** What every {@link ModelPass} holds its tokens to before it touches memory. */
public final class TokenCheck {
  private TokenCheck() {}

  /**
   * Checks the tokens of one call of {@link ModelPass#forward}.
   *
   * @throws IllegalArgumentException with one sentence that says what is wrong
   */
  public static void check(ModelPass pass, int[][] tokens) {
    check(pass, pass.position(), tokens);
  }

  /**
   * Checks tokens that are read behind the first {@code start} of those that the pass has read.
   *
   * @throws IllegalArgumentException with one sentence that says what is wrong
   */
  public static void check(ModelPass pass, int start, int[][] tokens) {
    if (start < 0 || start > pass.position()) {
      throw new IllegalArgumentException(
          "Tokens cannot be read behind the first "
              + start
              + ": "
              + pass.position()
              + " tokens have been read.");
    }
    if (tokens.length != pass.batch()) {
      throw new IllegalArgumentException(
          tokens.length + " sequences were given to a pass of " + pass.batch() + ".");
    }
    int n = tokens[0].length;
    if (n < 1 || n > pass.capacity() - start) {
      throw new IllegalArgumentException(
          n + " tokens were given where there is room for 1 to " + (pass.capacity() - start) + ".");
    }
    for (int[] sequence : tokens) {
      if (sequence.length != n) {
        throw new IllegalArgumentException("Every sequence must have the same number of tokens.");
      }
      for (int token : sequence) {
        if (token < 0 || token >= pass.shape().vocabulary()) {
          throw new IllegalArgumentException(
              "Token " + token + " is not in the vocabulary of " + pass.shape().vocabulary() + ".");
        }
      }
    }
  }

  /**
   * Checks the position at which one token more is decoded.
   *
   * @throws IllegalArgumentException with one sentence, unless so many tokens have been read and
   *     there is room for one more
   */
  public static void checkDecode(ModelPass pass, int context) {
    if (context < 1 || context > pass.position() || context >= pass.capacity()) {
      throw new IllegalArgumentException(
          "context="
              + context
              + " is not possible: "
              + pass.position()
              + " tokens have been read and there is room for "
              + pass.capacity()
              + ".");
    }
  }
}
