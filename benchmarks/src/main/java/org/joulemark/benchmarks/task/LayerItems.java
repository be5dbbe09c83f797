package org.joulemark.benchmarks.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.benchmarks.task.ItemsWork.Step;
import org.joulemark.benchmarks.task.PreparedItems.Cost;
import org.joulemark.benchmarks.work.PassMismatchException;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerVerifier;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Strategy;

/**
 * Items through one layer of a model, for devices that cannot hold it all. Endings are a pass of
 * their own that looks back at nothing: a layer alone cannot read on behind a prompt. Every pass
 * holds its own copy of the layer's weights.
 */
final class LayerItems {
  /** Coarser than for a whole model, because each pass holds weights of its own. */
  static final int DECODE_BLOCK = 512;

  private final Engine engine;
  private final ModelShape shape;
  private final TensorSource source;
  private final LayerOptions options;
  private final Strategy strategy;
  private final LayerScales scales;
  private final int batch;
  private final TaskSample sample;
  private final DecodeBlocks decodes;

  LayerItems(
      Engine engine,
      ModelShape shape,
      TensorSource source,
      LayerOptions options,
      Strategy strategy,
      LayerScales scales,
      int batch,
      TaskSample sample) {
    this.engine = engine;
    this.shape = shape;
    this.source = source;
    this.options = options;
    this.strategy = strategy;
    this.scales = scales;
    this.batch = batch;
    this.sample = sample;
    this.decodes = new DecodeBlocks(sample.items(), DECODE_BLOCK);
  }

  /**
   * Prepares and verifies every pass.
   *
   * @param name what is measured, for the exception
   * @throws PassMismatchException if a result is wrong
   */
  PreparedItems prepare(String name) {
    Map<LayerProblem, LayerWork> works = new LinkedHashMap<>();
    try {
      double fidelity = 1;
      List<List<Step>> items = new ArrayList<>();
      List<Cost> costs = new ArrayList<>();
      for (SampledItem item : sample.items()) {
        List<Step> steps = new ArrayList<>();
        double flops = 0;
        double bytes = 0;
        for (Map.Entry<LayerProblem, Integer> pass : passes(item).entrySet()) {
          LayerProblem problem = pass.getKey();
          LayerWork work = works.get(problem);
          if (work == null) {
            work = engine.layer(problem, source, options);
            works.put(problem, work);
            fidelity = Math.min(fidelity, verify(name, problem, work));
          }
          steps.add(new Step(work, pass.getValue()));
          flops += pass.getValue() * problem.flops();
          bytes += pass.getValue() * problem.compulsoryBytes();
        }
        items.add(steps);
        costs.add(new Cost(flops, bytes));
      }
      return new PreparedItems(new ItemsWork(items), costs, fidelity);
    } catch (RuntimeException | Error failure) {
      Closing.after(failure, works.values(), Work::close);
      throw failure;
    }
  }

  private Map<LayerProblem, Integer> passes(SampledItem item) {
    Map<LayerProblem, Integer> passes = new LinkedHashMap<>();
    passes.put(LayerProblem.prefill(shape, strategy, scales, batch, item.prompt()), 1);
    if (item.endings() > 0) {
      passes.merge(
          LayerProblem.prefill(shape, strategy, scales, batch, item.endings()), 1, Integer::sum);
    }
    decodes
        .of(item)
        .forEach(
            (position, times) ->
                passes.put(LayerProblem.decode(shape, strategy, scales, batch, position), times));
    return passes;
  }

  private double verify(String name, LayerProblem problem, LayerWork work) {
    work.poisonOutput();
    work.submit();
    work.drain();
    TensorComparison comparison = LayerVerifier.verify(problem, source, work.output());
    if (!comparison.passed()) {
      throw new PassMismatchException(name, comparison);
    }
    return comparison.fidelity();
  }
}
