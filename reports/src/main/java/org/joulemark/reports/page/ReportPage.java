package org.joulemark.reports.page;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.MustacheException;
import com.samskivert.mustache.Template;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.joulemark.reports.result.Refusal;
import org.joulemark.reports.view.ReportTable;
import org.joulemark.reports.view.Traces;
import org.jspecify.annotations.Nullable;

/**
 * The report as one HTML file: styles, scripts, the pictures' library and the data are in it, and a
 * content security policy forbids it to fetch anything.
 */
public final class ReportPage {
  private static final String TEMPLATE = "report.html";

  private ReportPage() {}

  /**
   * Writes the page; does not close {@code out}.
   *
   * @param title of the page; escaped
   * @param footer who made it and when; escaped
   * @throws IOException if {@code out} does not take it
   */
  public static void write(
      String title, String footer, ReportTable table, Traces traces, Writer out)
      throws IOException {
    Mustache.Lambda asset = (fragment, to) -> copy(fragment.execute().strip(), to);
    Mustache.Lambda data = (fragment, to) -> new PageData(table, traces).write(to);
    Map<String, Object> context =
        Map.of(
            "title", title,
            "footer", footer,
            "refusals",
                Stream.of(table.results().refusals(), traces.refusals())
                    .flatMap(List::stream)
                    .map(Refusal::sentence)
                    .toList(),
            "asset", asset,
            "data", data);
    try {
      template().execute(context, out);
    } catch (MustacheException e) {
      throw new IOException("the report cannot be written: " + e.getMessage(), e);
    }
    out.flush();
  }

  private static Template template() throws IOException {
    try (Reader in = open(TEMPLATE)) {
      return Mustache.compiler().escapeHTML(true).strictSections(true).compile(in);
    }
  }

  private static void copy(String name, Writer out) throws IOException {
    try (Reader in = open(name)) {
      in.transferTo(out);
    }
  }

  private static Reader open(String name) {
    @Nullable InputStream in = ReportPage.class.getResourceAsStream(name);
    if (in == null) {
      throw new IllegalStateException(name + " is missing from this jar");
    }
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }
}
