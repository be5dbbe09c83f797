package org.joulemark.benchmarks.model;

import org.joulemark.benchmarks.work.Ceiling;
import org.joulemark.benchmarks.work.KeptModel;
import org.joulemark.benchmarks.work.PassBenchmark;
import org.joulemark.benchmarks.work.VerifiedModel;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.benchmarks.work.WorkSession;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassRequest;

/**
 * A whole model. Before anything is timed its start (embedding, as many first layers as 50 million
 * parameters hold but at least one, final norm, head) is held against the FP64 reference over a
 * short prompt, one cached decode and one greedy step, as the strategy defines them; the score is
 * the fidelity of the logits found there against the model that nothing is quantized in, and the
 * note {@code verified.layers} says how many layers it is of. Of the whole model it is required
 * that the logits after the measured prompt are finite.
 */
public abstract class ModelBenchmark extends PassBenchmark {

  /** Tokens in the cache before those that one unit reads. */
  protected abstract int start();

  /** Tokens of each sequence that one unit reads. */
  protected abstract int newTokens();

  /** The phase's name. */
  protected abstract String phase();

  /**
   * Prepares the work that is measured.
   *
   * @param session has read {@code tokens} from the start
   * @param tokens [batch][max({@link #start}, 1) or {@link #newTokens}]
   */
  protected abstract Work work(ModelSession session, int[][] tokens);

  @Override
  protected final WorkSession prepare(Weights weights) {
    String name = "model " + phase() + " of " + weights.shape().id() + " in " + strategy;
    return new ModelOpener(request(), weights, name)
        .prepare(start() + newTokens(), use -> prepare(use, name));
  }

  private WorkSession prepare(KeptModel.Use use, String name) {
    VerifiedModel model = use.model();
    ModelProblem problem = model.problem();
    ModelSession session = model.session();
    int prompt = start() == 0 ? newTokens() : start();
    int[][] tokens = ModelVerification.tokens(session.shape(), batch(), prompt, seed());
    session.reset();
    ModelVerification.requireFinite(
        name, session.forward(tokens, PassRequest.LAST_LOGITS).logits());
    Work work = work(session, tokens);
    use.runs(work);

    WorkUnit unit =
        new WorkUnit(
            name,
            problem.flops(start(), newTokens()),
            problem.compulsoryBytes(start(), newTokens()),
            model.fidelity(),
            "fidelity",
            (double) batch() * newTokens());
    Ceiling ceiling =
        Ceiling.of(
            model.engine(), problem.strategy().multiplies().name(), unit.flops(), unit.bytes());
    return new WorkSession(model.engine(), work, unit, ceiling, use::giveBack);
  }
}
