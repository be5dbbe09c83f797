package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.util.Arrays;

/**
 * Every measured value of one metric, by fork and iteration: JMH's {@code rawData}. The fork is the
 * unit of replication: iterations of one fork share a virtual machine and are no independent
 * samples.
 */
@JsonDeserialize(using = Samples.Reader.class)
public final class Samples {
  /** No values, as in JMH's sampling mode, which keeps a histogram instead. */
  public static final Samples NONE = new Samples(new double[0][]);

  private final double[][] forks;

  private Samples(double[][] forks) {
    this.forks = forks;
  }

  /** The values of each fork; copies the arrays. */
  public static Samples of(double[]... forks) {
    return new Samples(Arrays.stream(forks).map(double[]::clone).toArray(double[][]::new));
  }

  /** How many forks there are. */
  public int forks() {
    return forks.length;
  }

  /**
   * A copy of the values of one fork in the iterations' order; NaN where an iteration has none.
   *
   * @throws IndexOutOfBoundsException unless 0 ≤ {@code fork} &lt; {@link #forks()}
   */
  public double[] fork(int fork) {
    return forks[fork].clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Samples samples && Arrays.deepEquals(forks, samples.forks);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(forks);
  }

  @Override
  public String toString() {
    return Arrays.deepToString(forks);
  }

  /** Reads an array of arrays of JMH's numbers. */
  static final class Reader extends StdDeserializer<Samples> {
    private static final long serialVersionUID = 1L;

    Reader() {
      super(Samples.class);
    }

    @Override
    public Samples deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      double[][] forks = new double[1][];
      int count = 0;
      expectArray(parser, context);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (count == forks.length) {
          forks = Arrays.copyOf(forks, 2 * count);
        }
        expectArray(parser, context);
        forks[count++] = values(parser, context);
      }
      return new Samples(Arrays.copyOf(forks, count));
    }

    private static double[] values(JsonParser parser, DeserializationContext context)
        throws IOException {
      double[] values = new double[8];
      int count = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (count == values.length) {
          values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = JmhNumber.read(parser, context);
      }
      return Arrays.copyOf(values, count);
    }

    private static void expectArray(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (!parser.isExpectedStartArrayToken()) {
        context.reportInputMismatch(
            Samples.class, "rawData must be arrays of numbers, one array a fork");
      }
    }
  }
}
