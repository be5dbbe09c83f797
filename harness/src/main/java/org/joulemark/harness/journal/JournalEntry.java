package org.joulemark.harness.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * One line of the journal: one configuration of one benchmark, ended.
 *
 * @param benchmark full name of the benchmark method
 * @param params every parameter with the value that ran
 * @param outcome how it ended
 * @param reason why it is unsupported or failed, one sentence; empty where it is ok
 * @param startedAt ISO 8601 instant in UTC
 * @param wallSeconds what the whole configuration took, forks and verification included
 * @param notes facts in words that JMH's numbers cannot hold: {@code energy.kind}, {@code
 *     algorithm}, …
 * @param results JMH's own JSON objects of this configuration (one per mode); empty unless ok.
 *     Numbers that JMH could not compute are the strings "NaN", "+INF" and "-INF", as JMH writes
 *     them
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record JournalEntry(
    String benchmark,
    Map<String, String> params,
    Outcome outcome,
    String reason,
    String startedAt,
    double wallSeconds,
    Map<String, String> notes,
    List<JsonNode> results) {}
