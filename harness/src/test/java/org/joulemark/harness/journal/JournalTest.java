package org.joulemark.harness.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir Path folder;

  @Test
  void givesBackWhatWasAppendedAcrossSeveralOpenings() throws IOException {
    JournalEntry first = entry("a.B.gemm", Outcome.OK, "");
    JournalEntry second = entry("a.B.gemm", Outcome.UNSUPPORTED, "needs \"tensor\" cores\nof FP8");
    try (Journal journal = Journal.open(folder)) {
      journal.append(first);
    }
    try (Journal journal = Journal.open(folder)) {
      journal.append(second);
    }
    assertThat(Journal.read(file(), Assertions::fail)).containsExactly(first, second);
  }

  @Test
  void everyEntryIsOnDiskBeforeTheJournalIsClosed() throws IOException {
    try (Journal journal = Journal.open(folder)) {
      journal.append(entry("x", Outcome.FAILED, "it broke"));
      assertThat(Journal.read(file(), Assertions::fail)).hasSize(1);
    }
  }

  @Test
  void aJournalCutAnywhereLosesItsCutLineAndNoOther() throws IOException {
    List<JournalEntry> entries =
        List.of(entry("erste", Outcome.OK, ""), entry("zweite", Outcome.FAILED, "Ω → µs/op · ½"));
    try (Journal journal = Journal.open(folder)) {
      for (JournalEntry entry : entries) {
        journal.append(entry);
      }
    }
    byte[] whole = Files.readAllBytes(file());
    int firstEnd = lineEnd(whole, 0);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      List<String> lost = new ArrayList<>();

      List<JournalEntry> read = Journal.read(file(), lost::add);

      int entriesThere = (length >= firstEnd ? 1 : 0) + (length >= whole.length - 1 ? 1 : 0);
      assertThat(read).as("cut at " + length).isEqualTo(entries.subList(0, entriesThere));
      boolean cutWithin =
          (length > 0 && length < firstEnd) || (length > firstEnd + 1 && length < whole.length - 1);
      assertThat(lost).as("cut at " + length).hasSize(cutWithin ? 1 : 0);
      assertThat(lost).allSatisfy(s -> assertThat(s).contains(file() + ", line").contains("cut"));
    }
  }

  @Test
  void whatIsAppendedToAJournalCutAnywhereIsKept() throws IOException {
    try (Journal journal = Journal.open(folder)) {
      journal.append(entry("before", Outcome.OK, "Ω"));
    }
    byte[] whole = Files.readAllBytes(file());
    JournalEntry later = entry("later", Outcome.OK, "");
    for (int length = 0; length <= whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      try (Journal journal = Journal.open(folder)) {
        journal.append(later);
      }
      List<String> lost = new ArrayList<>();

      List<JournalEntry> read = Journal.read(file(), lost::add);

      boolean beforeIsWhole = length >= whole.length - 1;
      assertThat(read).as("cut at " + length).hasSize(beforeIsWhole ? 2 : 1).endsWith(later);
      assertThat(lost).as("cut at " + length).hasSize(beforeIsWhole || length == 0 ? 0 : 1);
    }
  }

  @Test
  void namesALineThatIsNoEntryAndKeepsTheOthers() throws IOException {
    try (Journal journal = Journal.open(folder)) {
      journal.append(entry("x", Outcome.OK, ""));
    }
    Files.writeString(file(), "nonsense\n", StandardOpenOption.APPEND);
    try (Journal journal = Journal.open(folder)) {
      journal.append(entry("y", Outcome.OK, ""));
    }
    List<String> lost = new ArrayList<>();
    assertThat(Journal.read(file(), lost::add))
        .extracting(JournalEntry::benchmark)
        .containsExactly("x", "y");
    assertThat(lost).singleElement().asString().contains("line 2").contains("nonsense");
  }

  @Test
  void namesALineOfTwoEntries() throws IOException {
    try (Journal journal = Journal.open(folder)) {
      journal.append(entry("x", Outcome.OK, ""));
    }
    String one = Files.readString(file()).strip();
    Files.writeString(file(), one + one + "\n", StandardOpenOption.APPEND);
    List<String> lost = new ArrayList<>();
    assertThat(Journal.read(file(), lost::add)).hasSize(1);
    assertThat(lost).singleElement().asString().contains("line 2");
  }

  private static int lineEnd(byte[] bytes, int from) {
    int end = from;
    while (bytes[end] != '\n') {
      end++;
    }
    return end;
  }

  private Path file() {
    return folder.resolve(Journal.FILE_NAME);
  }

  private static JournalEntry entry(String benchmark, Outcome outcome, String reason) {
    return new JournalEntry(
        benchmark,
        Map.of("shape", "square-64"),
        outcome,
        reason,
        "2026-01-01T00:00:00Z",
        1.5,
        Map.of("energy.kind", "modelled"),
        List.of(new ObjectMapper().createObjectNode().put("score", "NaN")));
  }
}
