package org.joulemark.benchmarks.cli;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.joulemark.benchmarks.run.UsageException;

/**
 * Which checks of {@code selftest} are run: those whose name begins as asked and that belong to the
 * asked part. Parts are dealt by the name alone, so each check is in exactly one of {@code parts},
 * the same one in every run, and parts can run side by side.
 *
 * @param beginnings beginnings of names; empty for every name
 * @param part the part that is run, from 1 to {@code parts}
 * @param parts how many there are
 */
record WantedChecks(List<String> beginnings, int part, int parts) implements Predicate<String> {
  private static final Pattern PART = Pattern.compile("([1-9]\\d{0,3})/([1-9]\\d{0,3})");

  WantedChecks {
    beginnings = List.copyOf(beginnings);
  }

  /**
   * As the command line has it.
   *
   * @param part {@code K/N}
   * @throws UsageException if {@code part} is not that, or K is past N
   */
  static WantedChecks of(List<String> beginnings, String part) {
    Matcher matcher = PART.matcher(part);
    if (!matcher.matches()
        || Integer.parseInt(matcher.group(1)) > Integer.parseInt(matcher.group(2))) {
      throw new UsageException("--part " + part + " is not K/N with K from 1 to N, such as 2/8.");
    }
    return new WantedChecks(
        beginnings, Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** Whether the name begins as asked, whatever part it belongs to. */
  boolean begins(String name) {
    return beginnings.isEmpty() || beginnings.stream().anyMatch(name::startsWith);
  }

  @Override
  public boolean test(String name) {
    return begins(name) && Math.floorMod(name.hashCode(), parts) == part - 1;
  }

  /** What was asked for, to follow "No check of this engine ". */
  String described() {
    return beginnings.isEmpty()
        ? "is there"
        : "begins with \"" + String.join("\" or \"", beginnings) + "\"";
  }
}
