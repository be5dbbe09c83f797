package org.joulemark.harness.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
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
    assertThat(Journal.read(file())).containsExactly(first, second);
  }

  @Test
  void everyEntryIsOnDiskBeforeTheJournalIsClosed() throws IOException {
    try (Journal journal = Journal.open(folder)) {
      journal.append(entry("x", Outcome.FAILED, "it broke"));
      assertThat(Journal.read(file())).hasSize(1);
    }
  }

  @Test
  void leavesOutALastLineThatWasCutOff() throws IOException {
    try (Journal journal = Journal.open(folder)) {
      journal.append(entry("x", Outcome.OK, ""));
    }
    Files.writeString(file(), "{\"benchmark\":\"y\",\"par", StandardOpenOption.APPEND);
    assertThat(Journal.read(file())).extracting(JournalEntry::benchmark).containsExactly("x");
  }

  @Test
  void namesABrokenLineInTheMiddle() throws IOException {
    Files.writeString(file(), "{}\nnonsense\n{}\n");
    assertThatThrownBy(() -> Journal.read(file()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 2");
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
