package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.joulemark.kernels.engine.DeviceTimes;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.GemmVerification;
import org.joulemark.kernels.gemm.GemmVerifier;
import org.joulemark.kernels.gemm.SeededOperands;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfTestFailure;

/** What is checked of a GPU beside its GEMMs: our kernels, tuning, events, launch costs. */
final class CudaSelfTest {
  // Not a multiple of any tile, so that the rest of a buffer is covered too.
  private static final long CHECKED_BYTES = (8L << 20) + 48;
  private static final int CEILING_UNITS = 40;
  private static final int EVENT_STRETCHES = 5;

  private final CudaEngine engine;
  private final Sizes sizes;

  /**
   * How much is computed and how closely times are compared.
   *
   * @param tuned M, N and K of the tuned GEMMs
   * @param timed M, N and K of the GEMM whose time is compared with the host's
   * @param timedUnits number of those
   * @param tolerance relative difference of the two clocks that is right
   */
  record Sizes(int tuned, int timed, int timedUnits, double tolerance) {
    /** For a real GPU. */
    static final Sizes FULL = new Sizes(1024, 2048, 500, 0.1);
  }

  /** For an opened engine. */
  CudaSelfTest(CudaEngine engine, Sizes sizes) {
    this.engine = engine;
    this.sizes = sizes;
  }

  /** Hands over every check. */
  void run(Checks checks) {
    checks.check("kernel read", () -> bandwidth(CudaCeilings.Kind.READ));
    checks.check("kernel write", () -> bandwidth(CudaCeilings.Kind.WRITE));
    checks.check("kernel copy", () -> bandwidth(CudaCeilings.Kind.COPY));
    for (CudaCeilings.Kind kind : CudaCeilings.Kind.values()) {
      checks.check("ceiling " + kind.id(), () -> ceiling(kind));
    }
    for (Precision precision : List.of(Precision.FP16, Precision.INT8)) {
      checks.check("gemm cublaslt " + precision + " tuned", () -> tuned(precision));
    }
    checks.check("events against the host's clock", this::events);
    for (CudaMachinery.Kind kind : CudaMachinery.Kind.values()) {
      checks.check("machinery " + kind.id(), () -> machinery(kind));
    }
  }

  private String bandwidth(CudaCeilings.Kind kind) {
    engine.device().makeCurrent();
    try (BandwidthWork work = CudaCeilings.open(engine, kind, CHECKED_BYTES)) {
      return switch (kind) {
        case READ -> checkRead(work);
        case WRITE -> checkWrite(work);
        case COPY -> checkCopy(work);
      };
    }
  }

  private String checkRead(BandwidthWork work) {
    work.drain();
    DeviceBuffer result = work.buffers().get(1);
    result.fill((byte) 0, 0, Integer.BYTES, engine.stream());
    work.submit();
    work.drain();
    int folded = download(result).getInt(0);
    ByteBuffer words = download(work.buffers().get(0));
    int expected = 0;
    for (int at = 0; at < words.capacity(); at += Integer.BYTES) {
      expected ^= words.getInt(at);
    }
    return require(folded == expected, "folding " + words.capacity() + " B", expected, folded);
  }

  private String checkWrite(BandwidthWork work) {
    DeviceBuffer target = work.buffers().get(0);
    target.fill((byte) 0, 0, target.bytes(), engine.stream());
    work.submit();
    work.drain();
    ByteBuffer words = download(target);
    for (int word = 0; word < words.capacity() / Integer.BYTES; word++) {
      int actual = words.getInt(word * Integer.BYTES);
      int expected = CudaCeilings.WRITE_SEED ^ word;
      if (actual != expected) {
        require(false, "word " + word, expected, actual);
      }
    }
    return words.capacity() + " B are as they should be.";
  }

  private String checkCopy(BandwidthWork work) {
    DeviceBuffer target = work.buffers().get(1);
    target.fill((byte) 0, 0, target.bytes(), engine.stream());
    work.submit();
    work.drain();
    ByteBuffer copy = download(target);
    ByteBuffer original = download(work.buffers().get(0));
    int different = original.mismatch(copy);
    if (different >= 0) {
      require(false, "byte " + different, original.get(different), copy.get(different));
    }
    return copy.capacity() + " B are as they should be.";
  }

  private static String require(boolean right, String what, int expected, int actual) {
    if (!right) {
      throw new SelfTestFailure(what + " should give " + expected + " and gives " + actual + ".");
    }
    return what + " gives " + actual + " on both sides.";
  }

  private ByteBuffer download(DeviceBuffer buffer) {
    int bytes = (int) buffer.bytes();
    try (PinnedBuffer host = new PinnedBuffer(bytes)) {
      buffer.download(0, host.at(0), bytes, engine.stream());
      engine.stream().synchronize();
      ByteBuffer copy = ByteBuffer.allocate(bytes).order(host.view(0, bytes).order());
      copy.put(0, host.view(0, bytes), 0, bytes);
      return copy;
    }
  }

  private String ceiling(CudaCeilings.Kind kind) {
    try (BandwidthWork work = CudaCeilings.open(engine, kind)) {
      work.resetDeviceTimes();
      for (int i = 0; i < CEILING_UNITS; i++) {
        work.submit();
      }
      work.drain();
      DeviceTimes times = work.deviceTimes();
      return String.format(
          Locale.ROOT,
          "%.0f GB/s (median), %s with %s blocks of %s threads.",
          work.bytesPerUnit() / times.medianSeconds() / 1e9,
          work.facts().get("kernel"),
          work.facts().get("blocks"),
          work.facts().get("threads"));
    }
  }

  private String tuned(Precision precision) {
    GemmShape shape = cube(sizes.tuned);
    GemmProblem problem = GemmProblem.of(shape, precision);
    SeededOperands source = new SeededOperands(problem);
    GemmOptions options = new GemmOptions(GemmSupport.CUBLASLT, "tuned", "rotating", "stream");
    try (GemmWork work = engine.gemm(problem, source, options)) {
      work.poisonOutput();
      work.submit();
      work.drain();
      GemmVerification verification = new GemmVerifier().verify(problem, source, work);
      if (!verification.passed()) {
        throw new SelfTestFailure(verification.message());
      }
      Map<String, String> facts = work.facts();
      return String.format(
          Locale.ROOT,
          "%s candidates (%s), first %s s, best %s s; %s",
          facts.get("tuning.candidates"),
          facts.get("tuning.source"),
          facts.get("tuning.first.seconds"),
          facts.get("tuning.best.seconds"),
          verification.message());
    }
  }

  private static GemmShape cube(int size) {
    return new GemmShape("square-" + size, 1, size, size, size);
  }

  /**
   * Events and the host must agree on how long a stretch of steady work took, in one stretch at
   * least: another process can only make them differ.
   */
  private String events() {
    GemmProblem problem = GemmProblem.of(cube(sizes.timed), Precision.FP16);
    GemmOptions options = new GemmOptions(GemmSupport.CUBLASLT, "heuristic", "hot", "stream");
    try (GemmWork work = engine.gemm(problem, new SeededOperands(problem), options)) {
      double smallest = Double.POSITIVE_INFINITY;
      String sentence = "";
      for (int stretch = 0; stretch < EVENT_STRETCHES; stretch++) {
        double host = secondsPerUnitByHost(work);
        double device = work.deviceTimes().medianSeconds();
        if (Math.abs(host - device) / host < smallest) {
          smallest = Math.abs(host - device) / host;
          sentence =
              String.format(
                  Locale.ROOT,
                  "%.2f us per unit by events, %.2f by the host.",
                  device * 1e6,
                  host * 1e6);
        }
      }
      if (smallest > sizes.tolerance) {
        throw new SelfTestFailure(
            sentence + " Where other processes use the GPU too, run this check alone.");
      }
      return sentence;
    }
  }

  private double secondsPerUnitByHost(GemmWork work) {
    work.drain();
    work.resetDeviceTimes();
    long before = work.completed();
    long begin = System.nanoTime();
    for (int i = 0; i < sizes.timedUnits; i++) {
      work.submit();
    }
    work.drain();
    double seconds = (System.nanoTime() - begin) * 1e-9 / sizes.timedUnits;
    if (work.completed() - before != sizes.timedUnits) {
      throw new SelfTestFailure(
          sizes.timedUnits
              + " units were submitted, "
              + (work.completed() - before)
              + " completed.");
    }
    return seconds;
  }

  private String machinery(CudaMachinery.Kind kind) {
    try (CudaMachinery work = CudaMachinery.open(engine, kind)) {
      return String.format(Locale.ROOT, "%.0f ns per call.", work.nanosecondsPerCall());
    }
  }
}
