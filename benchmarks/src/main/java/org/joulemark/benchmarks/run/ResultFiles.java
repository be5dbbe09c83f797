package org.joulemark.benchmarks.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/**
 * Writes JMH's result files with JMH's own writers, replacing each file as a whole so that none is
 * ever half written.
 */
final class ResultFiles {
  /** JMH's JSON in a results folder. */
  static final String JSON_FILE_NAME = "results.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private ResultFiles() {}

  /**
   * Writes {@code results} to {@code file} in JMH's {@code format}.
   *
   * @throws IOException if the folder does not take it
   */
  static void write(Collection<RunResult> results, ResultFormatType format, Path file)
      throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    Files.writeString(partial, text(results, format));
    Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** JMH's JSON objects of {@code results}, one each. */
  static List<JsonNode> json(Collection<RunResult> results) {
    List<JsonNode> objects = new ArrayList<>();
    try {
      JSON.readTree(text(results, ResultFormatType.JSON)).forEach(objects::add);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("JMH wrote JSON that is none", e);
    }
    return objects;
  }

  private static String text(Collection<RunResult> results, ResultFormatType format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(bytes, false, StandardCharsets.UTF_8);
    ResultFormatFactory.getInstance(format, stream).writeOut(results);
    stream.flush();
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
