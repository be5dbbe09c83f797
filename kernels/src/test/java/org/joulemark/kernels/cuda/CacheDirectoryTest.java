package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheDirectoryTest {
  private static final byte[] CONTENT = "machine code".getBytes(StandardCharsets.UTF_8);

  private Path folder;

  @BeforeEach
  void setUp(@TempDir Path temporary) {
    folder = temporary;
  }

  @Test
  void keepsWhatIsWritten() {
    CacheDirectory cache = new CacheDirectory(folder.resolve("new/one"));
    assertThat(cache.read("a")).isEmpty();
    cache.write("a", CONTENT);
    assertThat(cache.read("a")).hasValueSatisfying(read -> assertThat(read).isEqualTo(CONTENT));
    assertThat(cache.note()).isEmpty();
  }

  @Test
  void leavesNoTemporaryFile() throws IOException {
    CacheDirectory cache = new CacheDirectory(folder);
    cache.write("a", CONTENT);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("a"));
    }
  }

  @Test
  void aChangedByteOrATornFileCountsAsAbsentAndIsWrittenAnew() throws IOException {
    CacheDirectory cache = new CacheDirectory(folder);
    cache.write("a", CONTENT);
    Path file = folder.resolve("a");
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 5, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(cache.read("a")).isEmpty();
    }
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 1;
      Files.write(file, changed);
      assertThat(cache.read("a")).isEmpty();
    }
    cache.write("a", CONTENT);
    assertThat(cache.read("a")).isPresent();
  }

  @Test
  void aFolderThatCannotBeMadeIsNotedAndHarmless() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    CacheDirectory cache = new CacheDirectory(file.resolve("joulemark"));
    cache.write("a", CONTENT);
    assertThat(cache.read("a")).isEmpty();
    assertThat(cache.note()).startsWith("nothing is kept in " + file);
  }

  @Test
  void liesWhereTheEnvironmentSays() {
    assertThat(CacheDirectory.of(Map.of("XDG_CACHE_HOME", "/x"), "/home/u").folder())
        .isEqualTo(Path.of("/x/joulemark"));
    assertThat(CacheDirectory.of(Map.of(), "/home/u").folder())
        .isEqualTo(Path.of("/home/u/.cache/joulemark"));
  }

  @Test
  void namesKeepPartsApart() {
    assertThat(CacheDirectory.nameOf("k", ".x", "ab", "c"))
        .isNotEqualTo(CacheDirectory.nameOf("k", ".x", "a", "bc"))
        .isEqualTo(CacheDirectory.nameOf("k", ".x", "ab", "c"))
        .startsWith("k-")
        .endsWith(".x");
  }

  @Test
  void aKernelsNameStandsForSourceHeadersOptionsAndCompiler() {
    NvrtcCompiler.Source source = new NvrtcCompiler.Source("a.cu", "x", Map.of("h", "y"));
    String name = NvrtcModule.cacheName(source, NvrtcCompiler.options(90), "13.0");
    assertThat(NvrtcModule.cacheName(source, NvrtcCompiler.options(80), "13.0")).isNotEqualTo(name);
    assertThat(NvrtcModule.cacheName(source, NvrtcCompiler.options(90), "13.1")).isNotEqualTo(name);
    assertThat(
            NvrtcModule.cacheName(
                new NvrtcCompiler.Source("a.cu", "x", Map.of("h", "z")),
                NvrtcCompiler.options(90),
                "13.0"))
        .isNotEqualTo(name);
    assertThat(
            NvrtcModule.cacheName(
                new NvrtcCompiler.Source("a.cu", "z", Map.of("h", "y")),
                NvrtcCompiler.options(90),
                "13.0"))
        .isNotEqualTo(name);
  }

  @Test
  void aChoiceOfAlgorithmComesBackForItsKeyOnly() {
    CacheDirectory cache = new CacheDirectory(folder);
    Map<String, String> key = Map.of("device.name", "G", "m", "1");
    List<Long> words = LongStream.range(-4, 4).boxed().toList();
    LtChoice choice = new LtChoice(key, words, 1 << 20, 2e-3, 1e-3, 17);
    choice.save(cache);
    assertThat(LtChoice.load(cache, key)).contains(choice);
    assertThat(LtChoice.load(cache, Map.of("device.name", "G", "m", "2"))).isEmpty();
  }

  @Test
  void aChoiceInAnotherFormIsIgnored() throws IOException {
    CacheDirectory cache = new CacheDirectory(folder);
    Map<String, String> key = Map.of("a", "b");
    new LtChoice(key, LongStream.range(0, 8).boxed().toList(), 0, 1, 1, 1).save(cache);
    try (var files = Files.list(folder)) {
      String name = files.findFirst().orElseThrow().getFileName().toString();
      cache.write(name, "{\"other\": 1}".getBytes(StandardCharsets.UTF_8));
      assertThat(LtChoice.load(cache, key)).isEmpty();
      cache.write(name, "{\"key\":{\"a\":\"b\"},\"words\":[1]}".getBytes(StandardCharsets.UTF_8));
      assertThat(LtChoice.load(cache, key)).isEmpty();
    }
  }
}
