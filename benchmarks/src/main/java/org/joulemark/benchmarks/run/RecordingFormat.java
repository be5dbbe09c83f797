package org.joulemark.benchmarks.run;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/**
 * Takes what JMH and its forks print. Nothing of it reaches the terminal unless the user asked for
 * JMH's own text; the last part is kept, because it explains a fork that died.
 */
final class RecordingFormat implements OutputFormat {
  private static final int KEPT_CHARACTERS = 64 * 1024;

  private final StringBuilder text = new StringBuilder();

  /** What was printed, at most the last 64 KiB. */
  synchronized String text() {
    return text.toString();
  }

  /** A format that writes nowhere, for JMH's searches. */
  static PrintStream nowhere() {
    return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }

  @Override
  public void iteration(BenchmarkParams benchmark, IterationParams params, int iteration) {}

  @Override
  public void iterationResult(
      BenchmarkParams benchmark, IterationParams params, int iteration, IterationResult data) {}

  @Override
  public void startBenchmark(BenchmarkParams params) {}

  @Override
  public void endBenchmark(BenchmarkResult result) {}

  @Override
  public void startRun() {}

  @Override
  public void endRun(Collection<RunResult> result) {}

  @Override
  public synchronized void print(String s) {
    text.append(s);
    if (text.length() > 2 * KEPT_CHARACTERS) {
      text.delete(0, text.length() - KEPT_CHARACTERS);
    }
  }

  @Override
  public void println(String s) {
    print(s + System.lineSeparator());
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}

  @Override
  public void verbosePrintln(String s) {}

  @Override
  public void write(int b) {
    print(String.valueOf((char) b));
  }

  @Override
  public void write(byte[] b) {
    print(new String(b, StandardCharsets.UTF_8));
  }
}
