package org.joulemark.kernels.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Files that save work in later runs: {@code $XDG_CACHE_HOME/joulemark}, else {@code
 * ~/.cache/joulemark}. Each file ends with a digest of its content, so a torn or altered one counts
 * as absent; each is written beside its place and moved there, so readers see all of it or nothing.
 * Where the folder cannot be written there is no cache, and {@link #note} says so.
 */
final class CacheDirectory {
  private static final int DIGEST_BYTES = 32;

  private final Path folder;
  private String note = "";

  /** In a folder, which need not exist yet. */
  CacheDirectory(Path folder) {
    this.folder = folder;
  }

  /** Where the environment says. */
  static CacheDirectory of(Map<String, String> environment, String userHome) {
    String base = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path root = base.isBlank() ? Path.of(userHome, ".cache") : Path.of(base);
    return new CacheDirectory(root.resolve("joulemark"));
  }

  /** Of this user. */
  static CacheDirectory here() {
    return of(System.getenv(), System.getProperty("user.home", "."));
  }

  /** Where the files lie. */
  Path folder() {
    return folder;
  }

  /** Why nothing could be kept, empty if all went well. */
  String note() {
    return note;
  }

  /** The content kept under that name, if there is one and it is whole. */
  Optional<byte[]> read(String name) {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      byte[] all = Files.readAllBytes(file);
      if (all.length < DIGEST_BYTES) {
        return Optional.empty();
      }
      byte[] content = Arrays.copyOf(all, all.length - DIGEST_BYTES);
      byte[] digest = Arrays.copyOfRange(all, content.length, all.length);
      return MessageDigest.isEqual(digest, sha256(content))
          ? Optional.of(content)
          : Optional.empty();
    } catch (IOException unreadable) {
      note = file + " cannot be read: " + unreadable.getMessage();
      return Optional.empty();
    }
  }

  /** Keeps content under a name; if that fails, {@link #note} says why. */
  void write(String name, byte[] content) {
    Path file = folder.resolve(name);
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, "." + name, ".part");
      try {
        byte[] all = Arrays.copyOf(content, content.length + DIGEST_BYTES);
        System.arraycopy(sha256(content), 0, all, content.length, DIGEST_BYTES);
        Files.write(temporary, all);
        move(temporary, file);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException refused) {
      note = "nothing is kept in " + folder + ": " + refused.getMessage();
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException rare) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** A file name that stands for all of {@code parts}. */
  static String nameOf(String kind, String suffix, String... parts) {
    MessageDigest digest = newDigest();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      // The length keeps ("ab", "c") and ("a", "bc") apart.
      digest.update(Integer.toString(bytes.length).getBytes(StandardCharsets.UTF_8));
      digest.update((byte) ':');
      digest.update(bytes);
    }
    return kind + "-" + HexFormat.of().formatHex(digest.digest(), 0, 16) + suffix;
  }

  private static byte[] sha256(byte[] content) {
    return newDigest().digest(content);
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
