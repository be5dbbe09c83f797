package org.joulemark.reports.result;

import java.nio.file.Path;

/**
 * Something that was found and cannot be read.
 *
 * @param file which file
 * @param sentence one sentence that names the file and the place in it, says what is wrong there,
 *     and what to do
 */
public record Refusal(Path file, String sentence) {}
