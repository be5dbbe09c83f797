package org.joulemark.benchmarks.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import picocli.CommandLine.IVersionProvider;

/** Version and commit of this suite, as the build wrote them into the jar. */
final class SuiteVersion implements IVersionProvider {
  private static final String GIT = "/joulemark-git.properties";

  /** {@code version} and {@code commit}; {@code unknown} where the build had no repository. */
  static Map<String, String> facts() {
    String version = SuiteVersion.class.getPackage().getImplementationVersion();
    Map<String, String> facts = new TreeMap<>();
    facts.put("version", version == null ? "development" : version);
    facts.put("commit", commit());
    return facts;
  }

  private static String commit() {
    try (InputStream in = SuiteVersion.class.getResourceAsStream(GIT)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("git.commit.id.full", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + GIT, e);
    }
  }

  @Override
  public String[] getVersion() {
    Map<String, String> facts = facts();
    return new String[] {
      "Joulemark " + facts.get("version") + " (commit " + facts.get("commit") + ")",
      "JVM " + System.getProperty("java.version") + ", " + System.getProperty("java.vm.name")
    };
  }
}
