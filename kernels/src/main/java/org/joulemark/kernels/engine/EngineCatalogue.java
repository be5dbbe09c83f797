package org.joulemark.kernels.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Every engine of this installation; picks one and says why. */
public final class EngineCatalogue {
  private final List<EngineProvider> providers;

  /** With the providers to choose from. */
  public EngineCatalogue(List<EngineProvider> providers) {
    List<EngineProvider> sorted = new ArrayList<>(providers);
    sorted.sort(Comparator.comparingInt(EngineProvider::preference).reversed());
    this.providers = List.copyOf(sorted);
  }

  /** The engines that this jar carries. */
  public static EngineCatalogue installed() {
    return new EngineCatalogue(
        ServiceLoader.load(EngineProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList());
  }

  /** The providers, the preferred one first. */
  public List<EngineProvider> providers() {
    return providers;
  }

  /**
   * The provider for {@code auto} (the preferred one that can be opened) or for an engine's name,
   * with the reason.
   *
   * @throws IllegalArgumentException if no engine has that name, naming those that exist
   * @throws EngineException if the engine asked for, or every engine, cannot be opened
   */
  public Choice choose(String engine) {
    return engine.equals("auto") ? chooseBest() : chooseNamed(engine);
  }

  private Choice chooseNamed(String engine) {
    for (EngineProvider provider : providers) {
      if (provider.name().equals(engine)) {
        Optional<Finding> missing = firstMissing(provider);
        if (missing.isPresent()) {
          throw new EngineException(sentence(provider, missing.get()));
        }
        return new Choice(provider, "asked for");
      }
    }
    throw new IllegalArgumentException(
        "engine=" + engine + " is not known; choose from auto, " + names() + ".");
  }

  private Choice chooseBest() {
    List<String> reasons = new ArrayList<>();
    for (EngineProvider provider : providers) {
      Optional<Finding> missing = firstMissing(provider);
      if (missing.isEmpty()) {
        return new Choice(
            provider,
            reasons.isEmpty() ? "the preferred engine is here" : String.join(" ", reasons));
      }
      reasons.add(sentence(provider, missing.get()));
    }
    throw new EngineException(
        reasons.isEmpty() ? "This jar carries no engine." : String.join(" ", reasons));
  }

  /** Every engine's name, separated by commas. */
  public String names() {
    return providers.stream().map(EngineProvider::name).collect(Collectors.joining(", "));
  }

  private static Optional<Finding> firstMissing(EngineProvider provider) {
    return provider.examine().stream()
        .filter(finding -> finding.state() == Finding.State.MISSING)
        .findFirst();
  }

  private static String sentence(EngineProvider provider, Finding missing) {
    return "The "
        + provider.name()
        + " engine is not available: "
        + missing.subject()
        + ": "
        + missing.detail()
        + (missing.remedy().isEmpty() ? "." : "; " + missing.remedy() + ".");
  }

  /**
   * An engine and why it was taken.
   *
   * @param provider opens it
   * @param reason one sentence for people
   */
  public record Choice(EngineProvider provider, String reason) {}
}
