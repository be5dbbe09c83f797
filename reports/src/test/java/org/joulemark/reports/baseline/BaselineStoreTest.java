package org.joulemark.reports.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.joulemark.reports.compare.RunFiles.around;
import static org.joulemark.reports.compare.RunFiles.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.joulemark.reports.compare.RunFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A baseline is a whole copy under a name, and nothing is lost when one is replaced or refused. */
class BaselineStoreTest {
  private static final Map<String, String> PARAMS = Map.of("engine", "cuda");

  @TempDir Path folder;
  private Path run = Path.of("");
  private BaselineStore store = new BaselineStore(Path.of(""));

  @BeforeEach
  void writeRun() throws IOException {
    run = folder.resolve("run");
    new RunFiles(run).row(PARAMS, around(1), around(2)).write(gpu());
    new RunFiles(run.resolve("node2")).row(PARAMS, around(3), around(4)).write(gpu());
    store = new BaselineStore(folder.resolve("deep").resolve("store"));
  }

  @Test
  void isTheSameResultsAgain() throws IOException {
    Baseline saved = store.save("main", run, false);
    assertThat(saved.results().files()).hasSize(2);
    assertThat(saved.results().files().get(0).environment()).isPresent();
    assertThat(saved.recordedAt()).containsExactly("2026-01-01T00:00:00Z");
    assertThat(Files.readString(saved.folder().resolve("node2").resolve("journal.jsonl")))
        .isEqualTo(Files.readString(run.resolve("node2").resolve("journal.jsonl")));
    assertThat(store.list()).extracting(Baseline::name).containsExactly("main");
    assertOnly("main");
  }

  @Test
  void oneFileTakesItsEnvironmentAlong() throws IOException {
    Baseline saved = store.save("one", run.resolve("journal.jsonl"), false);
    assertThat(saved.results().rowCount()).isEqualTo(1);
    assertThat(saved.results().files().get(0).environment()).isPresent();
  }

  @Test
  void aNameThatIsTakenIsKeptUnlessReplaced() throws IOException {
    store.save("main", run, false);
    assertThatThrownBy(() -> store.save("main", run.resolve("node2"), false))
        .hasMessageContaining("'main'")
        .hasMessageContaining("--replace");
    assertThat(store.get("main").results().rowCount()).isEqualTo(2);
    assertThat(store.save("main", run.resolve("node2"), true).results().rowCount()).isEqualTo(1);
    assertOnly("main");
  }

  @Test
  void whatCannotBeReadIsNotKeptAndReplacesNothing() throws IOException {
    store.save("main", run, false);
    Files.writeString(run.resolve("broken.jsonl"), "{nonsense\n{}\n");
    assertThatThrownBy(() -> store.save("main", run, true)).hasMessageContaining("broken.jsonl");
    assertThat(store.get("main").results().refusals()).isEmpty();
    assertThat(store.get("main").results().rowCount()).isEqualTo(2);
    assertOnly("main");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "../out", "a/b", ".hidden", "a b", "a\\b", "-x", "ä"})
  void aNameIsNoPath(String name) {
    assertThatThrownBy(() -> store.save(name, run, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("letters");
  }

  @Test
  void aMissingOneIsSaidWithWhereItWasLookedFor() {
    assertThatThrownBy(() -> store.get("nope"))
        .hasMessageContaining("'nope'")
        .hasMessageContaining(store.folder().toString());
  }

  @Test
  void theDefaultFolderFollowsTheOperatingSystem() {
    Path home = Path.of("/home/me");
    assertThat(BaselineStore.defaultFolder(Map.of(), "Linux", home))
        .isEqualTo(Path.of("/home/me/.local/share/joulemark/baselines"));
    assertThat(BaselineStore.defaultFolder(Map.of("XDG_DATA_HOME", "/data"), "Linux", home))
        .isEqualTo(Path.of("/data/joulemark/baselines"));
    assertThat(BaselineStore.defaultFolder(Map.of(), "Mac OS X", home))
        .isEqualTo(Path.of("/home/me/Library/Application Support/joulemark/baselines"));
    assertThat(BaselineStore.defaultFolder(Map.of("LOCALAPPDATA", "/local"), "Windows 11", home))
        .isEqualTo(Path.of("/local/joulemark/baselines"));
  }

  /** No temporary folder stays behind. */
  private void assertOnly(String name) throws IOException {
    try (Stream<Path> entries = Files.list(store.folder())) {
      assertThat(entries.map(path -> String.valueOf(path.getFileName())).toList())
          .isEqualTo(List.of(name));
    }
  }
}
