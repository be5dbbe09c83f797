package org.joulemark.benchmarks.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A task: how many items it has and what each makes a model read.
 *
 * @param id the name used in parameters
 * @param title the name for people
 * @param items items of the whole task
 * @param requests requests of the whole task as an evaluation counts them: one for each choice
 * @param shots solved examples in each prompt
 * @param metric what its score is
 * @param harnessTask its name in lm-evaluation-harness
 * @param harnessMetrics what its score is called there, the preferred name first
 * @param promptTokens tokens of a prompt by the tokenizer (a model family's name) that counted
 *     them, the one that stands in for any other first; empty where items are listed
 * @param endingTokensEach tokens of one ending, 0 where the prompt alone is scored
 * @param endingProvenance where that number comes from; empty where there is none
 * @param decodedTokens tokens that an item decodes
 * @param listed every item, where they are known one by one; else empty
 * @param scoring how an item is carried out, in a sentence
 * @param source where the numbers come from
 * @param derivation how the distributions follow from them
 */
public record TaskProfile(
    String id,
    String title,
    int items,
    int requests,
    int shots,
    String metric,
    String harnessTask,
    List<String> harnessMetrics,
    Map<String, TokenCounts> promptTokens,
    double endingTokensEach,
    String endingProvenance,
    TokenCounts decodedTokens,
    List<ItemTokens> listed,
    String scoring,
    String source,
    String derivation) {

  // Its multiples, less their whole parts, visit strata far from each other: decoded tokens and
  // prompts are then not in step.
  private static final double PAIRING = Math.sqrt(2);

  /** Copies the lists. */
  public TaskProfile {
    harnessMetrics = List.copyOf(harnessMetrics);
    promptTokens = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(promptTokens));
    listed = List.copyOf(listed);
  }

  /** The tokenizer whose counts stand for a model of this family. */
  public String tokenizer(String family) {
    if (promptTokens.isEmpty()) {
      return "the list's own";
    }
    return promptTokens.containsKey(family) ? family : promptTokens.keySet().iterator().next();
  }

  /** Endings of an item in the mean, 0 where the prompt alone is scored. */
  public double endingsPerItem() {
    return endingTokensEach > 0 ? (double) requests / items : 0;
  }

  /** The mean item for a model of this family. */
  public ItemTokens mean(String family) {
    return strata(family, 1).get(0);
  }

  /**
   * {@code n} strata of equally many items, by ascending prompt, each as the mean of its items: so
   * the mean of the strata is the mean of the task.
   *
   * @param family of the model
   * @param n at least 1, and at most the number of items where they are listed
   */
  public List<ItemTokens> strata(String family, int n) {
    return listed.isEmpty() ? drawn(family, n) : grouped(n);
  }

  /**
   * The item of which a share {@code prompt} of all have no longer a prompt and a share {@code
   * decoded} decode no more; of a list, the one at the share {@code prompt}.
   */
  ItemTokens draw(String family, double prompt, double decoded) {
    if (!listed.isEmpty()) {
      return listed.get((int) (prompt * listed.size()));
    }
    double inside = Math.max(Double.MIN_NORMAL, prompt);
    return new ItemTokens(
        prompts(family).quantile(inside),
        endingsPerItem() * endingTokensEach,
        decodedTokens.quantile(Math.max(Double.MIN_NORMAL, decoded)));
  }

  /** The tokens that a share of the prompts do not exceed, where they are a distribution. */
  public double promptPercentile(String family, double share) {
    return prompts(family).quantile(share);
  }

  private TokenCounts prompts(String family) {
    TokenCounts prompts = promptTokens.get(tokenizer(family));
    if (prompts == null) {
      throw new IllegalStateException(id + " has a list of items and no distribution");
    }
    return prompts;
  }

  private List<ItemTokens> drawn(String family, int n) {
    TokenCounts prompts = prompts(family);
    double[] prompt = prompts.strata(n);
    double[] decoded = decodedTokens.strata(n);
    int[] pairing = ranks(n, PAIRING);
    List<ItemTokens> strata = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      strata.add(
          new ItemTokens(prompt[i], endingsPerItem() * endingTokensEach, decoded[pairing[i]]));
    }
    return strata;
  }

  private List<ItemTokens> grouped(int n) {
    if (n > listed.size()) {
      throw new IllegalArgumentException(
          "items=" + n + " is more than the " + listed.size() + " items of " + id + ".");
    }
    List<ItemTokens> sorted = new ArrayList<>(listed);
    sorted.sort(Comparator.comparingDouble(ItemTokens::prompt).thenComparing(ItemTokens::sum));
    List<ItemTokens> strata = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      // A stratum of a list that does not divide evenly shares an item with its neighbour.
      double from = (double) i * sorted.size() / n;
      double to = (double) (i + 1) * sorted.size() / n;
      strata.add(meanBetween(sorted, from, to));
    }
    return strata;
  }

  private static ItemTokens meanBetween(List<ItemTokens> sorted, double from, double to) {
    double prompt = 0;
    double endings = 0;
    double decoded = 0;
    for (int i = (int) from; i < Math.ceil(to); i++) {
      double share = Math.min(to, i + 1.0) - Math.max(from, i);
      ItemTokens item = sorted.get(i);
      prompt += share * item.prompt();
      endings += share * item.endings();
      decoded += share * item.decoded();
    }
    double width = to - from;
    return new ItemTokens(prompt / width, endings / width, decoded / width);
  }

  /**
   * A permutation of 0 … n−1: element i is the rank of the fractional part of (i + ½)·{@code step}.
   * With an irrational step any run of it is spread evenly over 0 … n−1.
   */
  static int[] ranks(int n, double step) {
    TreeSet<Double> sorted = new TreeSet<>();
    double[] parts = new double[n];
    for (int i = 0; i < n; i++) {
      parts[i] = (i + 0.5) * step % 1.0;
      sorted.add(parts[i]);
    }
    List<Double> order = new ArrayList<>(sorted);
    int[] ranks = new int[n];
    for (int i = 0; i < n; i++) {
      ranks[i] = java.util.Collections.binarySearch(order, parts[i]);
    }
    return ranks;
  }

  /** This task with another number of tokens decoded by each item. */
  public TaskProfile withDecoded(int tokens) {
    List<ItemTokens> items =
        listed.stream().map(item -> new ItemTokens(item.prompt(), item.endings(), tokens)).toList();
    return new TaskProfile(
        id,
        title,
        this.items,
        requests,
        shots,
        metric,
        harnessTask,
        harnessMetrics,
        promptTokens,
        endingTokensEach,
        endingProvenance,
        new TokenCounts.Constant(tokens),
        items,
        scoring,
        source,
        derivation);
  }
}
