package org.joulemark.kernels.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.model.TensorSource;

/** Holds a model pass against what it should give, one comparison a tensor. */
public final class PassVerifier {
  private PassVerifier() {}

  /**
   * Runs the prompt at once, its last tokens one by one through the cache, and a greedy
   * continuation; compares each with what is expected, and decoding also with the pass's own
   * prefill, as far as the two are expected to agree. The pass must have the expected batch and
   * room for {@link ExpectedPass#capacity} tokens; it is reset before and after.
   *
   * @return {@code hidden_states.0} …, {@code logits}, {@code decode_logits}, {@code
   *     decode_logits/prefill}, {@code greedy}
   * @throws IllegalArgumentException if the pass and what is expected differ in shape
   */
  public static List<TensorComparison> verify(
      ModelPass pass, ExpectedPass expected, PassTolerance tolerance) {
    double bound = tolerance.relativeFrobenius();
    List<TensorComparison> rows = new ArrayList<>();

    pass.reset();
    PassOutput whole = pass.forward(expected.tokens(), PassRequest.EVERYTHING);
    if (whole.hiddenStates().size() != expected.hiddenStates().size()) {
      throw new IllegalArgumentException(
          "The pass has "
              + whole.hiddenStates().size()
              + " hidden states where "
              + expected.hiddenStates().size()
              + " are expected.");
    }
    for (int i = 0; i < whole.hiddenStates().size(); i++) {
      HostTensor want = expected.hiddenStates().get(i);
      rows.add(TensorComparison.of(want.name(), want, whole.hiddenStates().get(i), bound));
    }
    rows.add(TensorComparison.of("logits", expected.logits(), whole.logits(), bound));

    int decoded = expected.decodeLogits().dimensions().get(1);
    HostTensor decode = decodeLast(pass, expected.tokens(), decoded);
    rows.add(TensorComparison.of("decode_logits", expected.decodeLogits(), decode, bound));
    rows.add(
        TensorComparison.of(
            "decode_logits/prefill", decodedAfterPrefill(whole, expected, decoded), decode, bound));

    rows.add(greedy(pass, expected, tolerance));
    pass.reset();
    return List.copyOf(rows);
  }

  /**
   * Holds a pass of a model under a strategy that quantizes against its definition, and also the
   * direction of its error: of the prompt's logits, and of those that are decoded through the
   * cache, where an engine may take other ways than for a prompt. The pass is reset before and
   * after.
   *
   * @param problem what the pass carries out
   * @param source the tensors that it was given
   * @param expected what the strategy defines
   * @throws UnverifiableException if rounding alone may lead so far from the definition that an
   *     output of zeros would be let through
   * @throws IllegalArgumentException if the pass and what is expected differ in shape
   */
  public static PassVerification verify(
      ModelPass pass, ModelProblem problem, TensorSource source, ExpectedPass expected) {
    PassTolerance tolerance = PassTolerance.of(problem, source, expected);
    requireBound(problem, tolerance);
    List<TensorComparison> rows = new ArrayList<>(verify(pass, expected, tolerance));

    int[][] tokens = expected.tokens();
    int decoded = expected.decodeLogits().dimensions().get(1);
    ReferenceModel plain =
        new ReferenceModel(problem.shape(), source, tokens.length, tokens[0].length);
    double baseError = PassTolerance.of(problem.precision()).relativeFrobenius();
    HostTensor unquantized = prompt(plain, tokens);
    HostTensor actual = prompt(pass, tokens);
    rows.add(
        Displacement.of("logits/displacement", expected.logits(), unquantized, actual, baseError));
    rows.add(
        Displacement.of(
            "decode_logits/displacement",
            expected.decodeLogits(),
            decodeLast(plain, tokens, decoded),
            decodeLast(pass, tokens, decoded),
            baseError));
    pass.reset();
    return new PassVerification(
        rows, TensorComparison.of("logits/unquantized", unquantized, actual, Double.MAX_VALUE));
  }

  /** Refuses a tolerance that an output of zeros, whose relative error is 1, would be within. */
  static void requireBound(ModelProblem problem, PassTolerance tolerance) {
    if (!(tolerance.relativeFrobenius() < 1)) {
      throw new UnverifiableException(
          String.format(
              Locale.ROOT,
              "%s of %s cannot be verified: rounding alone may move its results by %.2g of their"
                  + " norm, so that nothing could be found wrong; take another strategy or other"
                  + " scales.",
              problem.strategy().id(),
              problem.shape().id(),
              tolerance.relativeFrobenius()));
    }
  }

  private static HostTensor prompt(ModelPass pass, int[][] tokens) {
    pass.reset();
    return pass.forward(tokens, PassRequest.EVERYTHING).logits();
  }

  /**
   * The largest relative Frobenius error of a pass's hidden states, logits and decoded logits; the
   * pass is reset before and after.
   */
  static double largestError(ModelPass pass, ExpectedPass expected) {
    pass.reset();
    PassOutput whole = pass.forward(expected.tokens(), PassRequest.EVERYTHING);
    int decoded = expected.decodeLogits().dimensions().get(1);
    double largest =
        Math.max(
            error(expected.logits(), whole.logits()),
            error(expected.decodeLogits(), decodeLast(pass, expected.tokens(), decoded)));
    for (int i = 0; i < whole.hiddenStates().size(); i++) {
      largest =
          Math.max(largest, error(expected.hiddenStates().get(i), whole.hiddenStates().get(i)));
    }
    pass.reset();
    return largest;
  }

  private static double error(HostTensor expected, HostTensor actual) {
    return TensorComparison.of(expected.name(), expected, actual, 0).relativeFrobenius();
  }

  /**
   * What decoding must give after the pass's own prefill: the same logits, but for what the
   * expected decode differs from the expected prefill. Without quantization that is nothing. A
   * strategy that looks at all tokens of a call (outlier columns, dynamic decisions) may by its
   * definition treat one token alone otherwise than among others.
   */
  private static HostTensor decodedAfterPrefill(
      PassOutput whole, ExpectedPass expected, int decoded) {
    HostTensor prefill = lastPositions(whole.logits(), decoded);
    float[] expectedPrefill = lastPositions(expected.logits(), decoded).values();
    float[] expectedDecode = expected.decodeLogits().values();
    float[] values = prefill.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += expectedDecode[i] - expectedPrefill[i];
    }
    return new HostTensor(prefill.name(), prefill.dimensions(), values);
  }

  /**
   * Logits [batch, decoded, vocabulary] of the last tokens, each read alone after all before it.
   */
  static HostTensor decodeLast(ModelPass pass, int[][] tokens, int decoded) {
    int batch = tokens.length;
    int n = tokens[0].length;
    int vocabulary = pass.shape().vocabulary();
    float[] all = new float[batch * decoded * vocabulary];
    pass.reset();
    pass.forward(columns(tokens, 0, n - decoded), PassRequest.LAST_LOGITS);
    for (int i = 0; i < decoded; i++) {
      int at = n - decoded + i;
      HostTensor logits =
          pass.forward(columns(tokens, at, at + 1), PassRequest.LAST_LOGITS).logits();
      for (int b = 0; b < batch; b++) {
        System.arraycopy(
            logits.values(), b * vocabulary, all, (b * decoded + i) * vocabulary, vocabulary);
      }
    }
    return new HostTensor("decode_logits", List.of(batch, decoded, vocabulary), all);
  }

  /** The first {@code length} tokens of a sequence, for each sequence of a batch. */
  static int[][] repeated(int[] sequence, int length, int batch) {
    int[][] repeated = new int[batch][];
    Arrays.fill(repeated, Arrays.copyOf(sequence, length));
    return repeated;
  }

  private static int[][] columns(int[][] tokens, int from, int to) {
    return Arrays.stream(tokens)
        .map(row -> Arrays.copyOfRange(row, from, to))
        .toArray(int[][]::new);
  }

  private static HostTensor lastPositions(HostTensor logits, int count) {
    int batch = logits.dimensions().get(0);
    int n = logits.dimensions().get(1);
    int vocabulary = logits.dimensions().get(2);
    float[] last = new float[batch * count * vocabulary];
    for (int b = 0; b < batch; b++) {
      System.arraycopy(
          logits.values(),
          (b * n + n - count) * vocabulary,
          last,
          b * count * vocabulary,
          count * vocabulary);
    }
    return new HostTensor("decode_logits/prefill", List.of(batch, count, vocabulary), last);
  }

  /**
   * Reads the expected continuation token by token and looks at what the pass would have chosen
   * instead. The error of a step is how far its choice lies above the expected token, relative to
   * the norm of its logits: 0 where they agree. An error of relative size ε in each of two logits
   * can open a gap of 2ε, so that much is a tie.
   */
  private static TensorComparison greedy(
      ModelPass pass, ExpectedPass expected, PassTolerance tolerance) {
    int[] sequence = expected.greedy();
    int prompt = expected.promptLength();
    int batch = pass.batch();
    double bound = tolerance.exactTokens() ? 0 : 2 * tolerance.relativeFrobenius();
    double worst = 0;
    double worstGap = 0;
    int worstAt = prompt;
    int worstChoice = prompt < sequence.length ? sequence[prompt] : -1;
    boolean equal = true;

    pass.reset();
    int[][] next = repeated(sequence, prompt, batch);
    for (int i = prompt; i < sequence.length; i++) {
      float[] logits = pass.forward(next, PassRequest.LAST_LOGITS).logits().row(0);
      int choice = GreedyDecoding.argmax(logits);
      double gap = (double) logits[choice] - logits[sequence[i]];
      double norm = norm(logits);
      double error = Double.isFinite(norm) ? (gap == 0 ? 0 : gap / norm) : Double.POSITIVE_INFINITY;
      if (choice != sequence[i]) {
        equal = false;
      }
      if (error > worst) {
        worst = error;
        worstGap = gap;
        worstAt = i;
        worstChoice = choice;
      }
      next = repeated(new int[] {sequence[i]}, 1, batch);
    }
    return new TensorComparison(
        "greedy",
        sequence.length - prompt,
        worstGap,
        worst,
        List.of(0, worstAt),
        worstAt < sequence.length ? sequence[worstAt] : -1,
        worstChoice,
        bound,
        tolerance.exactTokens() ? equal : worst <= bound);
  }

  private static double norm(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }
}
