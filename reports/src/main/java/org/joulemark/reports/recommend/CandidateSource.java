package org.joulemark.reports.recommend;

import java.util.List;

/** Something that candidates come from: results, or tables of others. */
@FunctionalInterface
public interface CandidateSource {
  /** The candidates, in no particular order. */
  List<Candidate> candidates();
}
