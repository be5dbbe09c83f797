package org.joulemark.benchmarks.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.joulemark.benchmarks.work.EngineSession;
import org.joulemark.benchmarks.work.KeptModel;
import org.joulemark.benchmarks.work.ModelRequest;
import org.joulemark.benchmarks.work.PassBenchmark;
import org.joulemark.benchmarks.work.ScaleFinder;
import org.joulemark.benchmarks.work.VerifiedModel;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.benchmarks.work.WorkSession;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;

/**
 * Opens whole models for benchmarks: finds the strategy's scales, holds the model's start against
 * FP64 ({@link ModelVerification}), and only then loads all of it.
 */
public final class ModelOpener {
  private final ModelRequest request;
  private final Weights weights;
  private final String name;

  /**
   * For one model.
   *
   * @param weights what the request names
   * @param name of what is measured, for complaints
   */
  public ModelOpener(ModelRequest request, Weights weights, String name) {
    this.request = request;
    this.weights = weights;
    this.name = name;
  }

  /**
   * Prepares a trial on the model, which is opened, or taken over from the trial before ({@link
   * KeptModel}).
   *
   * @param positions that the model needs room for
   * @param prepare makes the trial's work of the model and hands it to {@link KeptModel.Use#runs}
   * @throws org.joulemark.benchmarks.work.PassMismatchException if the model's results are wrong
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if the engine cannot do it, or it
   *     does not fit into memory
   */
  public WorkSession prepare(int positions, Function<KeptModel.Use, WorkSession> prepare) {
    KeptModel.Use use = KeptModel.take(request, positions, this::open);
    try {
      return prepare.apply(use);
    } catch (RuntimeException failure) {
      try {
        use.abandon();
      } catch (RuntimeException another) {
        // Where the device itself has failed, freeing fails too; why it failed comes first.
        failure.addSuppressed(another);
      }
      throw failure;
    }
  }

  private VerifiedModel open(int capacity) {
    return EngineSession.on(
        request.engine(), request.device(), request.threads(), engine -> open(engine, capacity));
  }

  private VerifiedModel open(EngineSession engine, int capacity) {
    ModelShape shape = weights.shape();
    Strategy strategy = Strategies.parse(request.strategy());
    int batch = Integer.parseInt(request.batch());
    LayerOptions options = PassBenchmark.options(request, engine);
    Map<String, String> notes = new LinkedHashMap<>(engine.notes());
    // At once as well: a model that proves wrong or too large leaves nothing but what was noted.
    BiConsumer<String, String> note =
        (key, value) -> {
          notes.put(key, value);
          WorkWindow.note(key, value);
        };
    List<LayerScales> scales =
        new ScaleFinder(request.calibration(), strategy, weights, note).model();
    ModelProblem problem = new ModelProblem(shape, strategy, scales, batch, capacity);
    ModelVerification verification = new ModelVerification(engine.engine(), shape, weights.model());
    long begin = System.nanoTime();
    double fidelity = verification.verify(name, strategy, scales, batch, options, weights.seed());
    long verified = System.nanoTime();
    note.accept("verified.layers", verification.layers() + " of " + shape.layers());
    ModelSession session = engine.engine().model(problem, weights.model(), options);
    notes.put(
        "session.opening",
        String.format(
            Locale.ROOT,
            "%.1f s to verify, %.1f s to load",
            (verified - begin) * 1e-9,
            (System.nanoTime() - verified) * 1e-9));
    return new VerifiedModel(engine, session, problem, fidelity, notes);
  }
}
