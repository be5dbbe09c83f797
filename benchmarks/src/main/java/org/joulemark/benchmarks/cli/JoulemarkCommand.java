package org.joulemark.benchmarks.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.layer.UnverifiableException;
import org.joulemark.kernels.model.ModelFormatException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The root of the command line: picks the subcommand, turns what goes wrong into one sentence and
 * an exit code.
 */
@Command(
    name = "joulemark",
    description = "How much useful work a GPU gives per watt-hour, measured with JMH.",
    versionProvider = SuiteVersion.class,
    subcommands = {
      RunCommand.class,
      DoctorCommand.class,
      ModelsCommand.class,
      ShapesCommand.class,
      StrategiesCommand.class,
      TasksCommand.class,
      StudyCommand.class,
      SelfTestCommand.class,
      VerifyCommand.class,
      ReportCommand.class,
      CompareCommand.class,
      BaselineCommand.class,
      RecommendCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  java -jar benchmarks.jar                                  the quick preset on the best engine",
      "  java -jar benchmarks.jar doctor                           what is here, and what is missing",
      "  java -jar benchmarks.jar -p precision=INT8 -p shape=qwen2.5-7b/gate_up -p tokens=16,2048",
      "  java -jar benchmarks.jar LayerPrefill -p strategy=int8-sym,fp8 -p inputs=outliers",
      "  java -jar benchmarks.jar QuantizedGemm -p part=gate_up -p strategy=fp16,int8-sym -p tokens=16,2048",
      "  java -jar benchmarks.jar Task -p task=mmlu,gsm8k          the energy, EOR and TWEOR of whole tasks",
      "  java -jar benchmarks.jar --preset standard --out results  a result to keep",
      "  java -jar benchmarks.jar report results                   look at it: one HTML file, no network needed",
      "  java -jar benchmarks.jar run --help                       every option of a run",
      "  java -jar benchmarks.jar -h                               JMH's own options; those that measure right work too"
    })
public final class JoulemarkCommand implements Runnable {
  /** Exit code of a run in which something failed, unless a command says otherwise. */
  public static final int FAILED = CommandLine.ExitCode.SOFTWARE;

  /** Exit code of a command line that cannot be carried out, unless a command says otherwise. */
  public static final int USAGE = CommandLine.ExitCode.USAGE;

  @CommandLine.Option(
      names = {"--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  boolean versionRequested;

  @CommandLine.Option(
      names = {"--help"},
      usageHelp = true,
      description = "Print this help and exit.")
  boolean helpRequested;

  /**
   * Runs one command line.
   *
   * @param args as given to {@code main}
   * @param out for results
   * @param err for complaints
   * @return the exit code: 0 if all went well, {@link #FAILED} or {@link #USAGE}
   */
  public static int execute(String[] args, PrintStream out, PrintStream err) {
    CommandLine root = new CommandLine(new JoulemarkCommand());
    // Only `run` has positional parameters: what it does not know itself is JMH's.
    root.setUnmatchedOptionsArePositionalParams(true);
    root.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    root.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
    boolean verbose = Arrays.asList(args).contains("--verbose");
    root.setParameterExceptionHandler(
        (exception, arguments) ->
            complain(
                err,
                exception,
                verbose,
                exception.getCommandLine().getCommandSpec().exitCodeOnInvalidInput()));
    root.setExecutionExceptionHandler(
        (exception, command, result) ->
            complain(
                err,
                exception,
                verbose,
                isUsage(exception)
                    ? command.getCommandSpec().exitCodeOnInvalidInput()
                    : command.getCommandSpec().exitCodeOnExecutionException()));
    return root.execute(withDefaultCommand(root, args));
  }

  /** {@code run} is what happens when the first word names no subcommand. */
  private static String[] withDefaultCommand(CommandLine root, String[] args) {
    boolean named =
        args.length > 0
            && (root.getSubcommands().containsKey(args[0])
                || args[0].equals("--help")
                || args[0].equals("--version"));
    if (named) {
      return args;
    }
    List<String> extended = new ArrayList<>(List.of("run"));
    extended.addAll(List.of(args));
    return extended.toArray(String[]::new);
  }

  private static boolean isUsage(Exception exception) {
    return exception instanceof UsageException
        || exception instanceof IllegalArgumentException
        || exception instanceof ModelFormatException;
  }

  private static int complain(PrintStream err, Exception exception, boolean verbose, int code) {
    boolean expected =
        isUsage(exception)
            || exception instanceof EngineException
            || exception instanceof UnsupportedWorkException
            || exception instanceof UnverifiableException
            || exception instanceof ParameterException
            || exception instanceof java.io.IOException
            || exception instanceof UncheckedIOException;
    String sentence = String.valueOf(exception.getMessage()).strip();
    err.println(
        "joulemark: "
            + (expected ? sentence : exception.getClass().getSimpleName() + ": " + sentence));
    if (verbose) {
      exception.printStackTrace(err);
    } else if (!expected) {
      err.println("joulemark: --verbose shows where it happened.");
    }
    return code;
  }

  /** Without a subcommand there is nothing to do; {@link #execute} never lets it come to that. */
  @Override
  public void run() {
    throw new UsageException("Name a command; --help lists them.");
  }
}
