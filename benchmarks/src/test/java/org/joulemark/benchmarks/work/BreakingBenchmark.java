package org.joulemark.benchmarks.work;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** A benchmark on a kept model whose work breaks where it is told to. Writes down what happens. */
public class BreakingBenchmark extends PassBenchmark {
  /** What was prepared and closed, in order, by every trial of this process. */
  public static final List<String> EVENTS = new ArrayList<>();

  /** {@code prime}, {@code submit}, {@code drain}, {@code close}, {@code model} or {@code none}. */
  @Param("none")
  public String breaks;

  @Override
  protected WorkSession prepare(Weights weights) {
    EVENTS.add("prepare " + breaks);
    KeptModel.Use use = KeptModel.take(request(), 1, room -> model(weights, room));
    EngineSession opened = use.model().engine();
    Work work = new BreakingWork(breaks);
    use.runs(work);
    WorkUnit unit = new WorkUnit("unit of " + breaks, 1, 1, 1, "fidelity", 1);
    return new WorkSession(
        opened, work, unit, new Ceiling(opened, "FP32", 1, Double.NaN, false), use::giveBack);
  }

  private VerifiedModel model(Weights weights, int room) {
    String trial = breaks;
    Engine engine =
        StandIn.of(
            Engine.class,
            name ->
                switch (name) {
                  case "energyDomain" -> "cpu";
                  case "facts" -> Map.of();
                  default -> null;
                });
    ModelSession session =
        StandIn.of(
            ModelSession.class,
            name -> {
              if (name.equals("close")) {
                EVENTS.add("close model of " + trial);
                if (trial.equals("model")) {
                  throw new IllegalStateException("the model breaks");
                }
              }
              return null;
            });
    return new VerifiedModel(
        new EngineSession(EngineCatalogue.installed().choose("cpu").provider(), engine),
        session,
        new ModelProblem(weights.shape(), Strategy.plain(Precision.FP16), List.of(), 1, room),
        1,
        Map.of());
  }

  /** One unit. */
  @Benchmark
  public void unit() {
    submit();
  }

  private static final class BreakingWork implements Work {
    private final String breaks;
    private long completed;

    BreakingWork(String breaks) {
      this.breaks = breaks;
    }

    private void step(String name) {
      if (breaks.equals(name)) {
        throw new IllegalStateException(name + " breaks");
      }
    }

    @Override
    public void prime() {
      step("prime");
    }

    @Override
    public void submit() {
      step("submit");
      completed++;
    }

    @Override
    public void drain() {
      step("drain");
    }

    @Override
    public long completed() {
      return completed;
    }

    @Override
    public void close() {
      EVENTS.add("close work of " + breaks);
      step("close");
    }
  }
}
