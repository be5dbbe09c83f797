package org.joulemark.kernels.engine;

import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.layer.ModelPass;

/** A whole model on a device, with its KV cache. Used from one thread. */
public interface ModelSession extends ModelPass, AutoCloseable {

  /**
   * The work of reading prompts from the start and computing the logits of each one's last token.
   * One unit is one pass over all the prompts. Submitting leaves the session after these prompts.
   *
   * @param tokens [batch][n]
   * @throws IllegalArgumentException for tokens that do not fit
   */
  Work prefill(int[][] tokens);

  /**
   * The work of reading further tokens of each sequence behind the first {@code start} and
   * computing the logits of each of them, as the endings of a question are scored after its prompt
   * has been read once. The cache must hold {@code start} tokens: read them with {@link #forward}
   * first. One unit is one pass; submitting leaves the session after these tokens.
   *
   * @param tokens [batch][n]
   * @throws IllegalArgumentException if the session has not read that many tokens, or for tokens
   *     that do not fit
   */
  Work extend(int start, int[][] tokens);

  /**
   * The work of reading one token of each sequence at position {@code context}, and finding the
   * next, which the next unit reads at the same position, so that all units do the same work. The
   * cache must hold {@code context} tokens: read them with {@link #forward} first.
   *
   * @throws IllegalArgumentException if the session has not read that many tokens, or is full
   */
  Work decode(int context);

  /** How the model is carried out, in stable dotted keys. */
  Map<String, String> facts();

  /**
   * What was decided at run time by the works that are open, and perhaps by other passes of this
   * session; each call is counted once, whichever works share a counter. Take differences between
   * moments at which the same works are open. Empty where nothing is decided. Call after the works
   * have been drained.
   */
  Optional<Decisions> decisions();

  /** Frees the model; works of it must be closed first. */
  @Override
  void close();
}
