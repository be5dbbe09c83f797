package org.joulemark.reports.recommend;

import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.joulemark.reports.table.Quantity;
import org.joulemark.reports.table.TextTable;
import org.joulemark.reports.text.Escape;

/** Recommendations for people: as text for a terminal, or as Markdown. */
public final class RecommendationText {
  private static final List<String> HEADER =
      List.of(
          "",
          "hardware",
          "strategy",
          "how",
          "retention",
          "EOR 1/Wh",
          "score from",
          "J/op",
          "time/op",
          "power",
          "memory",
          "price",
          "source");
  private static final int WORDS = 4;

  private final Prices prices;
  private final int most;
  private final boolean markdown;

  /**
   * A writer.
   *
   * @param prices for the currency
   * @param most how many ranked and how many excluded candidates to show of each recommendation
   * @param markdown whether to write Markdown
   */
  public RecommendationText(Prices prices, int most, boolean markdown) {
    this.prices = prices;
    this.most = most;
    this.markdown = markdown;
  }

  /** All recommendations, use case by use case. */
  public String render(List<Recommendation> recommendations) {
    StringBuilder text = new StringBuilder();
    String lastUseCase = "";
    for (Recommendation recommendation : recommendations) {
      String useCase = recommendation.useCase().id();
      if (!useCase.equals(lastUseCase)) {
        heading(text, 2, recommendation.useCase().title());
        appendLimits(text, recommendation.useCase());
        lastUseCase = useCase;
      }
      append(text, recommendation);
    }
    return text.toString();
  }

  private void appendLimits(StringBuilder text, UseCase useCase) {
    for (Constraint limit : useCase.constraints()) {
      bullet(
          text,
          limit.figure().title()
              + " "
              + limit.text()
              + (limit.work() == null ? "" : " for " + limit.work())
              + (limit.why() == null ? "" : ": " + limit.why()));
    }
  }

  private void append(StringBuilder text, Recommendation recommendation) {
    heading(text, 3, recommendation.work() + ", " + provenance(recommendation));
    if (recommendation.ranked().isEmpty()) {
      paragraph(text, "Nothing here fits.");
    } else {
      appendRanked(text, recommendation);
    }
    appendExcluded(text, recommendation.excluded());
    recommendation.changes().forEach(change -> bullet(text, "What would change it: " + change));
  }

  private static String provenance(Recommendation recommendation) {
    Provenance provenance = recommendation.provenance();
    return switch (provenance) {
      case MEASURED, INTEGRATED, MODELLED -> "energy " + provenance.id();
      case PUBLISHED, STUDY -> provenance.id();
    };
  }

  private void appendRanked(StringBuilder text, Recommendation recommendation) {
    List<Ranked> shown = recommendation.ranked().stream().limit(most).toList();
    TextTable table = new TextTable(HEADER, WORDS);
    if (markdown) {
      text.append(line(HEADER))
          .append("|---|---|---|---|")
          .append("---:|".repeat(8))
          .append("---|\n");
    }
    for (int i = 0; i < shown.size(); i++) {
      List<String> cells = cells(i + 1, shown.get(i).candidate());
      if (markdown) {
        text.append(line(cells.stream().map(Escape::markdown).toList()));
      } else {
        table.add(cells.stream().map(Escape::shown).toList());
      }
    }
    text.append(markdown ? "\n" : table.render());
    for (int i = 0; i < shown.size(); i++) {
      Ranked ranked = shown.get(i);
      bullet(text, (i + 1) + ": " + ranked.rule());
      ranked.reservations().forEach(reservation -> bullet(text, "   " + reservation));
    }
    rest(text, recommendation.ranked().size() - shown.size(), "more fit");
  }

  private void appendExcluded(StringBuilder text, List<Excluded> excluded) {
    excluded.stream().limit(most).forEach(one -> bullet(text, exclusion(one)));
    rest(text, excluded.size() - most, "more are excluded");
  }

  private static String exclusion(Excluded excluded) {
    String variant = excluded.candidate().variant();
    return "Excluded: "
        + excluded.candidate().title()
        + (variant.isEmpty() ? "" : " (" + variant + ")")
        + ": "
        + String.join("; ", excluded.reasons());
  }

  private void rest(StringBuilder text, int count, String what) {
    if (count > 0) {
      bullet(text, "… " + count + " " + what + "; --all shows them");
    }
  }

  private List<String> cells(int place, Candidate candidate) {
    double price = candidate.price();
    return List.of(
        "" + place,
        candidate.hardware(),
        candidate.strategy(),
        candidate.variant(),
        Double.isNaN(candidate.scoreRetention())
            ? "–"
            : String.format(Locale.ROOT, "%.5f", candidate.scoreRetention()),
        Quantity.format(candidate.eor(), ""),
        scoreKind(candidate),
        Quantity.format(candidate.joulesPerOperation(), "J"),
        Quantity.format(candidate.secondsPerOperation(), "s"),
        Quantity.format(candidate.watts(), "W"),
        Double.isNaN(candidate.memoryGigabytes())
            ? "–"
            : String.format(Locale.ROOT, "%.0f GB", candidate.memoryGigabytes()),
        Double.isNaN(price)
            ? "–"
            : String.format(Locale.ROOT, "%,.0f %s", price, prices.currency()).strip(),
        candidate.source());
  }

  /** A kernel's score is its fidelity, which was computed with it. */
  private static String scoreKind(Candidate candidate) {
    return candidate.scoreKind().isEmpty() ? "fidelity" : candidate.scoreKind();
  }

  private void heading(StringBuilder text, int level, String words) {
    text.append('\n');
    text.append(markdown ? "#".repeat(level) + " " : "").append(escape().apply(words)).append('\n');
    text.append(markdown ? "\n" : "");
  }

  private void paragraph(StringBuilder text, String words) {
    text.append(escape().apply(words)).append('\n').append(markdown ? "\n" : "");
  }

  private void bullet(StringBuilder text, String words) {
    text.append(markdown ? "- " : "  ").append(escape().apply(words)).append('\n');
  }

  private UnaryOperator<String> escape() {
    return markdown ? Escape::markdown : Escape::line;
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
