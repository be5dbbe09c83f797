package org.joulemark.kernels.selftest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.GemmVerification;
import org.joulemark.kernels.gemm.GemmVerifier;
import org.joulemark.kernels.gemm.OperandDistribution;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.gemm.SeededOperands;
import org.joulemark.kernels.quant.Precision;

/**
 * Checks an engine on its own hardware: every library and precision over random shapes (odd sizes,
 * one row, one column, batches), epilogues, both ways to launch, and that a NaN in an operand is
 * seen. Then what the engine adds through {@link SelfChecking}.
 */
public final class EngineSelfTest {
  private static final int LARGEST_SIZE = 200;
  private static final int ALIGNED = 16;
  // Each library's first choice: an engine checks by itself what it tunes.
  private static final String HEURISTIC = "heuristic";

  private final Engine engine;
  private final GemmOptions defaults;
  private final Random random;
  private final Predicate<String> wanted;
  private final Consumer<SelfTestRow> listener;
  private final List<SelfTestRow> rows = new ArrayList<>();

  /**
   * For an opened engine.
   *
   * @param defaults the engine's own options, which every check uses but for the library and, in
   *     some, the launch
   * @param seed of the random shapes
   * @param listener is handed each row when it is there
   */
  public EngineSelfTest(
      Engine engine, GemmOptions defaults, long seed, Consumer<SelfTestRow> listener) {
    this(engine, defaults, seed, name -> true, listener);
  }

  /**
   * Only some checks of it.
   *
   * @param wanted whether the check of that name is run
   */
  public EngineSelfTest(
      Engine engine,
      GemmOptions defaults,
      long seed,
      Predicate<String> wanted,
      Consumer<SelfTestRow> listener) {
    this.wanted = wanted;
    this.engine = engine;
    this.defaults = defaults;
    this.random = new Random(seed);
    this.listener = listener;
  }

  /** Whether no row failed. */
  public static boolean passed(List<SelfTestRow> rows) {
    return rows.stream().noneMatch(row -> row.verdict() == SelfTestRow.Verdict.FAILED);
  }

  /** Runs every check. */
  public List<SelfTestRow> run() {
    for (String library : engine.libraries()) {
      for (Precision precision : Precision.values()) {
        checkShapes(library, precision);
      }
      for (Precision precision : List.of(Precision.FP32, Precision.FP16, Precision.BF16)) {
        checkEpilogues(library, precision);
      }
      add("NaN in an operand, " + library, () -> checkNan(library));
    }
    checkGraphs();
    if (engine instanceof SelfChecking more) {
      more.checkSelf(this::add);
    }
    return List.copyOf(rows);
  }

  private void checkShapes(String library, Precision precision) {
    List<GemmShape> shapes = new ArrayList<>();
    shapes.add(shape(1, aligned(), aligned(), aligned()));
    shapes.add(shape(1, odd(), aligned(), aligned()));
    shapes.add(shape(1, 1, aligned(), aligned()));
    shapes.add(shape(3, odd(), aligned(), aligned()));
    shapes.add(shape(1, odd(), odd(), odd()));
    shapes.add(shape(1, odd(), 1, odd()));
    shapes.add(shape(1, odd(), odd(), 1));
    shapes.add(shape(2, odd(), odd(), odd()));
    for (GemmShape shape : shapes) {
      checkGemm(library, precision, shape, Epilogue.NONE, defaults.launch());
    }
  }

  private void checkEpilogues(String library, Precision precision) {
    for (Epilogue epilogue : List.of(Epilogue.BIAS, Epilogue.RESIDUAL)) {
      checkGemm(
          library, precision, shape(1, odd(), aligned(), aligned()), epilogue, defaults.launch());
      checkGemm(
          library,
          precision,
          shape(2, aligned(), aligned(), aligned()),
          epilogue,
          defaults.launch());
    }
  }

  private void checkGraphs() {
    for (String library : engine.libraries()) {
      for (Precision precision : List.of(Precision.FP32, Precision.FP16, Precision.INT8)) {
        GemmShape shape = shape(1, aligned(), aligned(), aligned());
        checkGemm(library, precision, shape, Epilogue.NONE, "graph");
      }
    }
  }

  private void checkGemm(
      String library, Precision precision, GemmShape shape, Epilogue epilogue, String launch) {
    GemmProblem problem =
        new GemmProblem(
            shape, precision, OperandDistribution.NORMAL, epilogue, GemmProblem.DEFAULT_SEED);
    String name =
        String.format(
            Locale.ROOT,
            "gemm %s %s %s%s%s",
            library,
            precision,
            shape.name(),
            epilogue == Epilogue.NONE ? "" : " " + epilogue.id(),
            launch.equals(defaults.launch()) ? "" : " " + launch);
    GemmOptions options = new GemmOptions(library, HEURISTIC, defaults.cache(), launch);
    add(name, () -> checkGemm(problem, options));
  }

  private String checkGemm(GemmProblem problem, GemmOptions options) {
    OperandSource source = new SeededOperands(problem);
    GemmVerification verification = multiplyAndCompare(problem, options, source, source);
    if (!verification.passed()) {
      throw new SelfTestFailure(verification.message());
    }
    return verification.message();
  }

  /** The engine is given a NaN that the reference does not have. */
  private String checkNan(String library) {
    GemmProblem problem = GemmProblem.of(shape(1, 5, 32, 32), Precision.FP32);
    OperandSource clean = new SeededOperands(problem);
    GemmOptions options = new GemmOptions(library, HEURISTIC, "hot", defaults.launch());
    GemmVerification verification = multiplyAndCompare(problem, options, new WithNan(clean), clean);
    if (verification.passed() || !Double.isNaN(verification.worstActual())) {
      throw new SelfTestFailure("A NaN in X did not reach the check of Y.");
    }
    return "The check names the NaN: " + verification.message();
  }

  private GemmVerification multiplyAndCompare(
      GemmProblem problem, GemmOptions options, OperandSource given, OperandSource expected) {
    try (GemmWork work = engine.gemm(problem, given, options)) {
      work.poisonOutput();
      // With a graph nothing is launched before a graph's worth of units has come together.
      int units = Integer.parseInt(work.facts().getOrDefault("launch.units", "1"));
      for (int i = 0; i < units; i++) {
        work.submit();
      }
      work.drain();
      if (work.completed() != units) {
        throw new SelfTestFailure(
            units + " units were submitted and " + work.completed() + " completed.");
      }
      return new GemmVerifier().verify(problem, expected, work);
    } catch (IllegalArgumentException unknownOption) {
      throw new UnsupportedWorkException(String.valueOf(unknownOption.getMessage()));
    }
  }

  private void add(String name, Check check) {
    if (!wanted.test(name)) {
      return;
    }
    SelfTestRow row = check.row(name);
    rows.add(row);
    listener.accept(row);
  }

  private int odd() {
    return 2 * random.nextInt(LARGEST_SIZE / 2) + 1;
  }

  private int aligned() {
    return ALIGNED * (1 + random.nextInt(LARGEST_SIZE / ALIGNED));
  }

  private static GemmShape shape(int batch, int m, int n, int k) {
    return new GemmShape(
        String.format(Locale.ROOT, "batch=%d m=%d n=%d k=%d", batch, m, n, k), batch, m, n, k);
  }

  /** The first element of X is NaN. */
  private record WithNan(OperandSource clean) implements OperandSource {
    @Override
    public void activationRow(int batch, int row, float[] into) {
      clean.activationRow(batch, row, into);
      if (batch == 0 && row == 0) {
        into[0] = Float.NaN;
      }
    }

    @Override
    public void weightRow(int batch, int row, float[] into) {
      clean.weightRow(batch, row, into);
    }

    @Override
    public void bias(int batch, float[] into) {
      clean.bias(batch, into);
    }

    @Override
    public void residualRow(int batch, int row, float[] into) {
      clean.residualRow(batch, row, into);
    }
  }
}
