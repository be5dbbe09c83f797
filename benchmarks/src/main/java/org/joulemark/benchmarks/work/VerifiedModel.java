package org.joulemark.benchmarks.work;

import java.util.LinkedHashMap;
import java.util.Map;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.layer.ModelProblem;

/**
 * A model on an opened engine that has been verified.
 *
 * @param engine what it runs on, its own
 * @param session the model
 * @param problem what it was opened for; says how many positions there is room for
 * @param fidelity found when it was verified
 * @param notes what results say of the way it was opened and verified
 */
public record VerifiedModel(
    EngineSession engine,
    ModelSession session,
    ModelProblem problem,
    double fidelity,
    Map<String, String> notes)
    implements AutoCloseable {

  /** Copies the notes. */
  public VerifiedModel {
    notes = Map.copyOf(new LinkedHashMap<>(notes));
  }

  /** Frees the model, then its engine. */
  @Override
  public void close() {
    try {
      session.close();
    } finally {
      engine.close();
    }
  }
}
