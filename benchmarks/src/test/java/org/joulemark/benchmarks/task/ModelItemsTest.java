package org.joulemark.benchmarks.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.junit.jupiter.api.Test;

class ModelItemsTest {
  private static final ModelShape SHAPE = ModelCatalogue.standard().get("qwen2.5-7b");
  private final List<String> events = new ArrayList<>();

  /** A session that prepares so many passes and has no memory for more. */
  private ModelSession session(int passes) {
    return (ModelSession)
        Proxy.newProxyInstance(
            ModelSession.class.getClassLoader(),
            new Class<?>[] {ModelSession.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("position")) {
                return Integer.MAX_VALUE;
              }
              events.add(method.getName());
              if (events.size() > passes) {
                throw new UnsupportedWorkException("needs 9.0 GB of GPU memory, 1.0 GB free");
              }
              return work();
            });
  }

  private Work work() {
    return (Work)
        Proxy.newProxyInstance(
            Work.class.getClassLoader(),
            new Class<?>[] {Work.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("hashCode")) {
                return System.identityHashCode(proxy);
              }
              if (method.getName().equals("equals")) {
                return proxy == arguments[0];
              }
              if (method.getName().equals("facts")) {
                return Map.of();
              }
              if (method.getName().equals("close")) {
                events.add("close");
              }
              return null;
            });
  }

  private ModelItems items(int count, ModelSession session) {
    TaskSample sample =
        TaskSample.of(TaskCatalogue.standard().get("gsm8k"), SHAPE.family(), count, 16);
    ModelProblem problem =
        new ModelProblem(
            SHAPE, Strategy.plain(Precision.FP16), List.of(), 1, ModelItems.positions(sample));
    return new ModelItems(session, problem, sample, new int[1][problem.capacity()]);
  }

  @Test
  void passesOfOneLengthAndPlaceArePreparedOnce() {
    items(8, session(1000)).prepare();
    // Eight prompts; their answers are decoded in blocks of 64 positions, which items share.
    assertThat(events).filteredOn("prefill"::equals).hasSizeBetween(6, 8);
    assertThat(events).filteredOn("decode"::equals).hasSizeBetween(5, 16);
  }

  @Test
  void whereThePassesDoNotFitTheReasonSaysWhatNeedsLess() {
    ModelItems items = items(8, session(9));
    assertThatThrownBy(() -> items.prepare())
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessageMatching(
            "Of the \\d+ passes of different length or place that 8 items take, 9 could be prepared,"
                + " and not the next; fewer items, a larger bucket or a smaller batch need less."
                + " needs 9.0 GB of GPU memory, 1.0 GB free");
    assertThat(events).filteredOn("close"::equals).hasSize(9);
  }

  @Test
  void whereNotEvenOneFitsItsOwnReasonStands() {
    ModelItems items = items(8, session(0));
    assertThatThrownBy(() -> items.prepare()).hasMessage("needs 9.0 GB of GPU memory, 1.0 GB free");
  }
}
