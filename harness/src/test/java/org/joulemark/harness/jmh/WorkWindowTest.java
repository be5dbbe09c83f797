package org.joulemark.harness.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.metrics.WorkUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkWindowTest {
  private static final WorkUnit UNIT = new WorkUnit("u", 1, 1, 1, "fidelity", 1);

  private final Path folder;

  WorkWindowTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @AfterEach
  void forget() {
    System.clearProperty(ForkNotes.PROPERTY);
    WorkWindow.forget();
  }

  @Test
  void notesWaitForTheEndOfTheWindow() throws IOException {
    Path file = folder.resolve("notes.jsonl");
    System.setProperty(ForkNotes.PROPERTY, file.toString());
    WorkWindow.note("first", "a \"quoted\" µ value\nin two lines");
    WorkWindow.open(UNIT, "cpu", () -> 0);
    WorkWindow.note("first", "later");
    assertThat(Files.readAllLines(file)).hasSize(1);
    assertThat(ForkNotes.read(file)).containsEntry("first", "a \"quoted\" µ value\nin two lines");
    WorkWindow.close(List.of());
    assertThat(ForkNotes.read(file)).containsEntry("first", "later").hasSize(1);
  }

  @Test
  void whatAFailedIterationLeftDoesNotReachTheNextTrial() throws IOException {
    WorkWindow.open(UNIT, "cpu", () -> 0);
    WorkWindow.note("of", "the failed iteration");
    Path file = folder.resolve("notes.jsonl");
    System.setProperty(ForkNotes.PROPERTY, file.toString());
    WorkWindow.forget();
    WorkWindow.note("set-up", "of the next trial");
    WorkWindow.forget();
    WorkWindow.open(UNIT, "cpu", () -> 0);
    WorkWindow.close(List.of());
    assertThat(ForkNotes.read(file)).containsOnlyKeys("set-up");
  }

  @Test
  void withoutAFileNotesAreDropped() throws IOException {
    WorkWindow.note("key", "value");
    assertThat(ForkNotes.read(folder.resolve("none"))).isEmpty();
  }

  @Test
  void aDamagedNotesFileIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("notes"), "{\"key\":1}\n");
    assertThatThrownBy(() -> ForkNotes.read(file)).isInstanceOf(IOException.class);
  }

  @Test
  void whatItTakesToFindTheStatesMetricsIsNotInTheWindow() {
    WorkWindow.open(UNIT, "cpu", () -> 0);
    WorkWindow.close(
        () -> {
          LockSupport.parkNanos(300_000_000);
          return List.of(new Metric("own", 1, "1"));
        },
        () -> {});
    WorkWindow.ClosedWindow closed = Objects.requireNonNull(WorkWindow.lastClosed());
    assertThat(closed.seconds()).isLessThan(0.25);
    assertThat(closed.extra()).extracting(Metric::name).containsExactly("own");
  }

  @Test
  void windowsDoNotNestNorCloseTwice() {
    WorkWindow.open(UNIT, "cpu", () -> 0);
    assertThatThrownBy(() -> WorkWindow.open(UNIT, "cpu", () -> 0))
        .isInstanceOf(IllegalStateException.class);
    WorkWindow.close(List.of());
    assertThatThrownBy(() -> WorkWindow.close(List.of())).isInstanceOf(IllegalStateException.class);
  }
}
