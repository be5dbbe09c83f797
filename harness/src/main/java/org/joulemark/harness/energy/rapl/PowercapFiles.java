package org.joulemark.harness.energy.rapl;

import java.io.IOException;
import java.nio.file.Path;

/** Reads one small text file; so that tests can withhold permission, which root never lacks. */
@FunctionalInterface
interface PowercapFiles {
  /** The file's text without surrounding blanks. */
  String read(Path file) throws IOException;
}
