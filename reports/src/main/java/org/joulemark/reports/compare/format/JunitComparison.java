package org.joulemark.reports.compare.format;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.joulemark.reports.compare.Comparison;
import org.joulemark.reports.compare.Difference;
import org.joulemark.reports.compare.HardwareComparison;
import org.joulemark.reports.compare.Judgement;
import org.joulemark.reports.compare.RowComparison;
import org.joulemark.reports.compare.Verdict;
import org.joulemark.reports.text.Escape;

/**
 * A comparison as JUnit's XML: a test case for each quantity of each configuration. A regression is
 * a failure, an ambiguous verdict a skipped test with its reason, environments that are not
 * comparable an error.
 */
final class JunitComparison {
  private static final String ENVIRONMENT = "environment";

  private final XMLStreamWriter xml;

  private JunitComparison(XMLStreamWriter xml) {
    this.xml = xml;
  }

  static String render(Comparison comparison) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
      new JunitComparison(xml).write(comparison);
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("XML cannot be written into memory", e);
    }
    return text.append('\n').toString();
  }

  private void write(Comparison comparison) throws XMLStreamException {
    xml.writeStartDocument("UTF-8", "1.0");
    xml.writeStartElement("testsuites");
    attribute("name", "joulemark compare");
    writeEnvironment(comparison);
    if (comparison.blocking().isEmpty()) {
      for (HardwareComparison part : comparison.hardware()) {
        write(part);
      }
    }
    xml.writeEndElement();
    xml.writeEndDocument();
  }

  private void writeEnvironment(Comparison comparison) throws XMLStreamException {
    List<Difference> blocking = comparison.blocking();
    startSuite(ENVIRONMENT, 1, 0, blocking.isEmpty() ? 0 : 1, 0);
    startCase(ENVIRONMENT, comparison.before() + " and " + comparison.after());
    if (!blocking.isEmpty()) {
      StringBuilder sentences = new StringBuilder();
      blocking.forEach(difference -> sentences.append(difference.sentence()).append(' '));
      outcome("error", "not comparable", sentences.toString().strip());
    }
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private void write(HardwareComparison part) throws XMLStreamException {
    int tests = 0;
    int failures = 0;
    int skipped = 0;
    for (RowComparison row : part.rows()) {
      tests += row.broken().isEmpty() ? row.judgements().size() : 1;
      failures += row.broken().isEmpty() ? count(row, Verdict.SLOWER) : 1;
      skipped += count(row, Verdict.AMBIGUOUS);
    }
    startSuite(part.hardware().title(), tests, failures, 0, skipped);
    for (RowComparison row : part.rows()) {
      String name = RowText.fullName(row);
      if (!row.broken().isEmpty()) {
        startCase(row.benchmark(), name);
        outcome("failure", "gone", row.broken());
        xml.writeEndElement();
      }
      for (Judgement judgement : row.judgements()) {
        write(row.benchmark(), name, judgement);
      }
    }
    xml.writeEndElement();
  }

  private void write(String benchmark, String name, Judgement judgement) throws XMLStreamException {
    startCase(benchmark, name + " " + judgement.question().quantity().id());
    String word = judgement.question().quantity().word(judgement.verdict());
    String figures =
        String.format(
            Locale.ROOT,
            "change %s, q = %.2g, Cliff's δ = %.2f, threshold %.1f %%",
            RowText.change(judgement),
            judgement.adjusted(),
            judgement.delta(),
            100 * judgement.question().threshold());
    switch (judgement.verdict()) {
      case SLOWER -> outcome("failure", word, figures);
      case AMBIGUOUS -> outcome("skipped", "", word + ": " + judgement.reason());
      case SAME, FASTER -> {
        xml.writeStartElement("system-out");
        xml.writeCharacters(Escape.line(word + ": " + figures));
        xml.writeEndElement();
      }
    }
    xml.writeEndElement();
  }

  private static int count(RowComparison row, Verdict verdict) {
    return (int) row.judgements().stream().filter(j -> j.verdict() == verdict).count();
  }

  private void startSuite(String name, int tests, int failures, int errors, int skipped)
      throws XMLStreamException {
    xml.writeStartElement("testsuite");
    attribute("name", name);
    attribute("tests", "" + tests);
    attribute("failures", "" + failures);
    attribute("errors", "" + errors);
    attribute("skipped", "" + skipped);
  }

  private void startCase(String type, String name) throws XMLStreamException {
    xml.writeStartElement("testcase");
    attribute("classname", type);
    attribute("name", name);
  }

  private void outcome(String element, String type, String message) throws XMLStreamException {
    xml.writeEmptyElement(element);
    if (!type.isEmpty()) {
      attribute("type", type);
    }
    attribute("message", message);
  }

  private void attribute(String name, String value) throws XMLStreamException {
    xml.writeAttribute(name, Escape.line(value));
  }
}
