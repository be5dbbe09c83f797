package org.joulemark.reports.export;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.joulemark.reports.page.ReportPage;
import org.joulemark.reports.view.ReportTable;
import org.joulemark.reports.view.Traces;

/** What a report may be written as; the name in lower case is the files' extension. */
public enum ReportFormat {
  /** One page with pictures and a table. */
  HTML {
    @Override
    void write(String title, String footer, ReportTable table, Traces traces, Writer out)
        throws IOException {
      ReportPage.write(title, footer, table, traces, out);
    }
  },
  /** Tables for a repository or a ticket. */
  MD {
    @Override
    void write(String title, String footer, ReportTable table, Traces traces, Writer out)
        throws IOException {
      MarkdownExport.write(title, footer, table, out);
    }
  },
  /** Every figure for a spreadsheet. */
  CSV {
    @Override
    void write(String title, String footer, ReportTable table, Traces traces, Writer out)
        throws IOException {
      CsvExport.write(table, out);
    }
  },
  /** Every figure for a program. */
  JSON {
    @Override
    void write(String title, String footer, ReportTable table, Traces traces, Writer out)
        throws IOException {
      JsonExport.write(table, out);
    }
  };

  abstract void write(String title, String footer, ReportTable table, Traces traces, Writer out)
      throws IOException;

  /** The name that users give and that ends a file's name. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The format of that name, if there is one. */
  public static Optional<ReportFormat> find(String id) {
    return Arrays.stream(values()).filter(format -> format.id().equals(id)).findFirst();
  }

  /** Every name, separated by commas. */
  public static String ids() {
    return Arrays.stream(values()).map(ReportFormat::id).collect(Collectors.joining(", "));
  }

  /**
   * Writes {@code file}, which is replaced as a whole: there is never half a report.
   *
   * @param title of the report
   * @param footer who made it and when
   * @throws IOException if the folder does not take it
   */
  public void write(String title, String footer, ReportTable table, Traces traces, Path file)
      throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      try (Writer out = Files.newBufferedWriter(partial)) {
        write(title, footer, table, traces, out);
      }
      Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      // Only there if something went wrong: what the disk had room for is no report.
      Files.deleteIfExists(partial);
    }
  }
}
