package org.joulemark.kernels.layer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.joulemark.kernels.model.ModelFormatException;
import org.joulemark.kernels.model.SafetensorsFile;

/**
 * What a model pass should give: for a prompt's hidden states and logits, for the logits of its
 * last tokens when they are decoded one by one through the cache, and for a greedy continuation.
 */
public final class ExpectedPass {
  private final int[][] tokens;
  private final List<HostTensor> hiddenStates;
  private final HostTensor logits;
  private final HostTensor decodeLogits;
  private final int[] greedy;
  private final int promptLength;

  private ExpectedPass(
      int[][] tokens,
      List<HostTensor> hiddenStates,
      HostTensor logits,
      HostTensor decodeLogits,
      int[] greedy,
      int promptLength) {
    this.tokens = tokens;
    this.hiddenStates = List.copyOf(hiddenStates);
    this.logits = logits;
    this.decodeLogits = decodeLogits;
    this.greedy = greedy;
    this.promptLength = promptLength;
  }

  /**
   * Reads a file with {@code input_ids} [batch, n], {@code hidden_states.0} … [batch, n, hidden],
   * {@code logits} [batch, n, vocabulary], {@code decode_logits} [batch, d, vocabulary] for the
   * last d positions and {@code greedy} [1, g], a continuation of the start of the first sequence.
   *
   * @throws ModelFormatException naming the file and the tensor that is missing or misshapen
   */
  public static ExpectedPass read(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    List<Long> shape = file.tensor("input_ids").dimensions();
    if (shape.size() != 2 || shape.get(0) < 1 || shape.get(1) < 2) {
      throw new ModelFormatException(path, "tensor input_ids: its shape is not [batch, tokens]");
    }
    int[] flat = file.integers("input_ids");
    int batch = Math.toIntExact(shape.get(0));
    int n = Math.toIntExact(shape.get(1));
    int[][] tokens = new int[batch][n];
    for (int b = 0; b < batch; b++) {
      System.arraycopy(flat, b * n, tokens[b], 0, n);
    }
    List<HostTensor> hidden = new ArrayList<>();
    while (file.contains("hidden_states." + hidden.size())) {
      hidden.add(tensor(file, "hidden_states." + hidden.size(), batch, n));
    }
    HostTensor decode = tensor(file, "decode_logits", batch, 0);
    if (decode.dimensions().get(1) >= n) {
      throw new ModelFormatException(
          path, "tensor decode_logits: it has no fewer positions than input_ids");
    }
    int[] greedy = file.integers("greedy");
    int prompt = 0;
    while (prompt < Math.min(greedy.length, n) && greedy[prompt] == tokens[0][prompt]) {
      prompt++;
    }
    if (prompt == 0) {
      throw new ModelFormatException(path, "tensor greedy: it does not start as input_ids does");
    }
    return new ExpectedPass(
        tokens, hidden, tensor(file, "logits", batch, n), decode, greedy, prompt);
  }

  private static HostTensor tensor(SafetensorsFile file, String name, int batch, int n) {
    List<Long> shape = file.tensor(name).dimensions();
    if (shape.size() != 3 || shape.get(0) != batch || (n != 0 && shape.get(1) != n)) {
      throw new ModelFormatException(
          file.path(),
          "tensor "
              + name
              + ": its shape "
              + shape
              + " does not go with input_ids ["
              + batch
              + ", …]");
    }
    return HostTensor.read(file, name);
  }

  /**
   * Lets a pass that is known to be right say what is to be expected.
   *
   * @param tokens [batch][n] to read at once, n ≥ 2
   * @param decoded how many of the last tokens are read one by one, in [1, n)
   * @param prompt tokens of the first sequence that a greedy continuation starts from
   * @param generated tokens to generate from there
   */
  public static ExpectedPass from(
      ModelPass reference, int[][] tokens, int decoded, int prompt, int generated) {
    reference.reset();
    PassOutput whole = reference.forward(tokens, PassRequest.EVERYTHING);
    HostTensor decode = PassVerifier.decodeLast(reference, tokens, decoded);
    int[] greedy =
        GreedyDecoding.generate(
            reference, PassVerifier.repeated(tokens[0], prompt, tokens.length), generated)[0];
    return new ExpectedPass(tokens, whole.hiddenStates(), whole.logits(), decode, greedy, prompt);
  }

  /** The prompt [batch][n]. */
  public int[][] tokens() {
    return tokens;
  }

  /** Hidden states [batch, n, hidden], from the embedding to the final norm. */
  public List<HostTensor> hiddenStates() {
    return hiddenStates;
  }

  /** Logits [batch, n, vocabulary] of the prompt. */
  public HostTensor logits() {
    return logits;
  }

  /** Logits [batch, d, vocabulary] of the last d tokens, decoded one by one. */
  public HostTensor decodeLogits() {
    return decodeLogits;
  }

  /** The start of the first sequence and its greedy continuation. */
  public int[] greedy() {
    return greedy;
  }

  /** Tokens of {@link #greedy} that are given; the others are generated. */
  public int promptLength() {
    return promptLength;
  }

  /** Positions that a pass needs room for. */
  public int capacity() {
    return Math.max(tokens[0].length, greedy.length);
  }
}
