package org.joulemark.reports.study;

/**
 * One measurement that speaks about a claim.
 *
 * @param setting what was measured
 * @param verdict what it says
 * @param measured the figure with its interval, in words
 * @param why the verdict is so
 */
public record Evidence(String setting, Verdict verdict, String measured, String why) {}
