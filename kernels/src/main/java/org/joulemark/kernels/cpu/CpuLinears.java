package org.joulemark.kernels.cpu;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.jspecify.annotations.Nullable;

/**
 * Chooses how the linear parts of a strategy are multiplied: the one place that knows every kind.
 */
final class CpuLinears {
  private final DnnlContext context;
  private final WorkerTeam team;
  private final Strategy strategy;
  private final DecisionCounter counter = new DecisionCounter();

  /** For one layer or model. */
  CpuLinears(DnnlContext context, WorkerTeam team, Strategy strategy) {
    this.context = context;
    this.team = team;
    this.strategy = strategy;
  }

  /** The strategy. */
  Strategy strategy() {
    return strategy;
  }

  /**
   * What is multiplied plainly is multiplied in: the base precision of a plain strategy. Others
   * keep everything that they do not quantize in FP32, so that they need no unit beside that of
   * their codes.
   */
  static Precision plainPrecision(Strategy strategy) {
    return strategy.linear() instanceof LinearScheme.Plain ? strategy.base() : Precision.FP32;
  }

  /** What this strategy's plain products are in. */
  Precision plainPrecision() {
    return plainPrecision(strategy);
  }

  /** The format of what linear parts read. */
  ElementType inputType() {
    return plainPrecision().activation();
  }

  /**
   * Plans a part.
   *
   * @param scope owns it
   * @param spec sizes, output and what is fused, in {@link #plainPrecision}
   * @param arranged a part of the same kind whose weights are to be shared, null to let oneDNN
   *     choose their arrangement
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if oneDNN has no optimized
   *     implementation
   */
  CpuLinear plan(
      NativeScope scope, LinearPart part, DnnlLinear.Spec spec, @Nullable CpuLinear arranged) {
    if (strategy.linear() instanceof LinearScheme.Plain) {
      return plain(scope, spec, (DnnlLinear) arranged);
    }
    if (strategy.linear() instanceof LinearScheme.Int8 int8) {
      return int8(scope, part, int8, spec, (Int8Linear) arranged);
    }
    if (strategy.linear() instanceof LinearScheme.WeightOnly weightOnly) {
      return new WeightOnlyLinear(context, scope, part, weightOnly, spec);
    }
    if (strategy.linear() instanceof LinearScheme.Dynamic dynamic) {
      DynamicLinear like = (DynamicLinear) arranged;
      return new DynamicLinear(
          dynamic,
          spec,
          strategy.base().activation(),
          int8(scope, part, dynamic.int8(), spec, like == null ? null : like.int8()),
          plain(scope, spec, like == null ? null : like.plain()),
          counter);
    }
    throw new IllegalStateException("the engine refuses " + strategy.id());
  }

  private DnnlLinear plain(NativeScope scope, DnnlLinear.Spec spec, @Nullable DnnlLinear arranged) {
    return new DnnlLinear(context, scope, spec, arranged == null ? null : arranged.weights());
  }

  private Int8Linear int8(
      NativeScope scope,
      LinearPart part,
      LinearScheme.Int8 scheme,
      DnnlLinear.Spec spec,
      @Nullable Int8Linear arranged) {
    return new Int8Linear(
        context, team, scope, part, scheme, spec, strategy.base().activation(), arranged);
  }

  /**
   * Checks that the codes and the INT32 sums of a part fit into one buffer each, from which {@link
   * Int8Linear} reads them.
   *
   * @param inputs K of the part
   * @param outputs N of the part
   * @throws UnsupportedWorkException if they do not
   */
  static void requireRows(Strategy strategy, long rows, int inputs, int outputs) {
    boolean sums =
        strategy.linear() instanceof LinearScheme.Int8
            || strategy.linear() instanceof LinearScheme.Dynamic;
    long most = Integer.MAX_VALUE / Math.max(inputs, (long) Integer.BYTES * outputs);
    if (sums && rows > most) {
      throw new UnsupportedWorkException(
          String.format(
              Locale.ROOT,
              "%s on the cpu engine reads at most %,d tokens of this model in one pass, batch times"
                  + " length, not %,d.",
              strategy.id(),
              most,
              rows));
    }
  }

  /** Bytes that a weight takes at most, every copy of it counted. */
  static int weightBytes(Strategy strategy) {
    int base = strategy.base().weight().bytes();
    if (strategy.linear() instanceof LinearScheme.Dynamic) {
      return plainPrecision(strategy).weight().bytes() + 1;
    }
    if (strategy.linear() instanceof LinearScheme.Int8 int8) {
      return int8.separatesOutliers() ? 2 : 1;
    }
    return strategy.linear() instanceof LinearScheme.WeightOnly ? 1 : base;
  }

  /** What a dynamic strategy decided so far; empty for every other. */
  Optional<Decisions> decisions() {
    return strategy.linear() instanceof LinearScheme.Dynamic
        ? Optional.of(counter.decisions())
        : Optional.empty();
  }

  /** How the parts are carried out, for the facts. */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    if (!strategy.isPlain()) {
      facts.put("unquantized", plainPrecision().name());
    }
    return facts;
  }
}
