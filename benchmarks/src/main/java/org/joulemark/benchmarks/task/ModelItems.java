package org.joulemark.benchmarks.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.joulemark.benchmarks.task.ItemsWork.Step;
import org.joulemark.benchmarks.task.PreparedItems.Cost;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassRequest;

/**
 * Items through a whole model: the prompt is read once; its endings are read behind it in one pass,
 * one after the other as if they were one text, and the logits of each of their tokens computed;
 * then the answer is decoded. A pass is prepared once for each length and place.
 */
final class ModelItems {
  /** Positions that are decoded as one: few enough to matter nothing, many enough to be shared. */
  static final int DECODE_BLOCK = 64;

  private final ModelSession session;
  private final ModelProblem problem;
  private final TaskSample sample;
  private final DecodeBlocks decodes;
  private final int[][] text;

  /**
   * For a session that is open.
   *
   * @param problem has room for {@link #positions} of the sample at least
   * @param text [batch][capacity] what is read where
   */
  ModelItems(ModelSession session, ModelProblem problem, TaskSample sample, int[][] text) {
    this.session = session;
    this.problem = problem;
    this.sample = sample;
    this.decodes = new DecodeBlocks(sample.items(), DECODE_BLOCK);
    this.text = text;
  }

  /** Positions that a model needs room for: those of the longest item. */
  static int positions(TaskSample sample) {
    return sample.capacity();
  }

  /** The logits of the last token of a text as long as {@link #positions} of the sample. */
  HostTensor readAll() {
    session.reset();
    return session.forward(part(0, positions(sample)), PassRequest.LAST_LOGITS).logits();
  }

  /**
   * Prepares every pass.
   *
   * @throws UnsupportedWorkException if they do not fit into memory: each holds what lies between
   *     its parts
   */
  ItemsWork prepare() {
    long begin = System.nanoTime();
    List<Work> made = new ArrayList<>();
    try {
      Map<Pass, Work> works = works(made);
      List<List<Step>> items = new ArrayList<>();
      for (SampledItem item : sample.items()) {
        List<Step> steps = new ArrayList<>();
        passes(item)
            .forEach(
                (pass, times) ->
                    steps.add(new Step(Objects.requireNonNull(works.get(pass)), times)));
        items.add(steps);
      }
      ItemsWork work = new ItemsWork(items, session::decisions);
      WorkWindow.note(
          "task.passes",
          String.format(
              Locale.ROOT,
              "%d of different length or place, prepared in %.1f s",
              made.size(),
              (System.nanoTime() - begin) * 1e-9));
      return work;
    } catch (RuntimeException failure) {
      Closing.after(failure, made, Work::close);
      throw failure;
    }
  }

  /** What each item costs. */
  List<Cost> costs() {
    return sample.items().stream().map(this::cost).toList();
  }

  private Cost cost(SampledItem item) {
    double flops = 0;
    double bytes = 0;
    for (Map.Entry<Pass, Integer> entry : passes(item).entrySet()) {
      Pass pass = entry.getKey();
      int times = entry.getValue();
      flops += times * problem.flops(pass.start(), pass.tokens());
      bytes += times * problem.compulsoryBytes(pass.start(), pass.tokens());
      if (pass.kind() == Kind.ENDINGS) {
        // The head is computed for each of these tokens, not for the last alone.
        flops +=
            2.0
                * problem.batch()
                * problem.shape().vocabulary()
                * problem.shape().hidden()
                * (pass.tokens() - 1);
      }
    }
    return new Cost(flops, bytes);
  }

  /** What a pass does. */
  private enum Kind {
    PROMPT,
    ENDINGS,
    DECODE
  }

  /**
   * A pass.
   *
   * @param kind what it does
   * @param start position of the first token that it reads
   * @param tokens that it reads
   */
  private record Pass(Kind kind, int start, int tokens) {}

  /** The passes of an item with how often each is made, in order. */
  private Map<Pass, Integer> passes(SampledItem item) {
    Map<Pass, Integer> passes = new LinkedHashMap<>();
    passes.put(new Pass(Kind.PROMPT, 0, item.prompt()), 1);
    if (item.endings() > 0) {
      passes.put(new Pass(Kind.ENDINGS, item.prompt(), item.endings()), 1);
    }
    decodes
        .of(item)
        .forEach((position, times) -> passes.put(new Pass(Kind.DECODE, position, 1), times));
    return passes;
  }

  /** Every distinct pass, the furthest first: preparing one leaves the session behind it. */
  private Map<Pass, Work> works(List<Work> made) {
    TreeSet<Pass> distinct =
        new TreeSet<>(
            Comparator.comparingInt(Pass::start)
                .reversed()
                .thenComparing(Pass::kind)
                .thenComparing(Pass::tokens));
    sample.items().forEach(item -> distinct.addAll(passes(item).keySet()));
    Map<Pass, Work> works = new HashMap<>();
    for (Pass pass : distinct) {
      if (session.position() < pass.start()) {
        readAll();
      }
      try {
        Work work = work(pass);
        made.add(work);
        works.put(pass, work);
      } catch (UnsupportedWorkException tooMuch) {
        if (made.isEmpty()) {
          throw tooMuch;
        }
        throw new UnsupportedWorkException(
            "Of the "
                + distinct.size()
                + " passes of different length or place that "
                + sample.items().size()
                + " items take, "
                + made.size()
                + " could be prepared, and not the next; fewer items, a larger bucket or a smaller"
                + " batch need less. "
                + tooMuch.getMessage(),
            tooMuch);
      }
    }
    return works;
  }

  private Work work(Pass pass) {
    return switch (pass.kind()) {
      case PROMPT -> session.prefill(part(0, pass.tokens()));
      case ENDINGS -> session.extend(pass.start(), part(pass.start(), pass.tokens()));
      case DECODE -> session.decode(pass.start());
    };
  }

  private int[][] part(int start, int tokens) {
    return Arrays.stream(text)
        .map(row -> Arrays.copyOfRange(row, start, start + tokens))
        .toArray(int[][]::new);
  }
}
