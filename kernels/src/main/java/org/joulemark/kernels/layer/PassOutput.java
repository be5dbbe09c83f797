package org.joulemark.kernels.layer;

import java.util.List;

/**
 * What a pass over n tokens of each sequence gave.
 *
 * @param hiddenStates [batch, n, hidden] each, under {@link PassRequest#EVERYTHING}: {@code
 *     hidden_states.0} after the embedding (and its norm, where there is one), {@code
 *     hidden_states.k} after layer k, the last after the final norm; otherwise empty
 * @param logits [batch, n, vocabulary], or [batch, 1, vocabulary] under {@link
 *     PassRequest#LAST_LOGITS}
 */
public record PassOutput(List<HostTensor> hiddenStates, HostTensor logits) {

  /** Copies the list. */
  public PassOutput {
    hiddenStates = List.copyOf(hiddenStates);
  }
}
