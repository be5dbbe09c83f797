package org.joulemark.kernels.quant.strategy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.joulemark.kernels.quant.Strategy;

/** Every strategy by name. A new one is a {@link StrategyFamily} and a line here. */
public final class Strategies {
  private static final List<StrategyFamily> FAMILIES =
      List.of(
          new Fp32(),
          new Tf32(),
          new Fp16MixedPrecision(),
          new Bf16MixedPrecision(),
          new Int8Symmetric(),
          new Int8Asymmetric(),
          new Int8Trained(),
          new DynamicQuantization(),
          new Fp8(),
          new LlmInt8(),
          new SmoothQuant(),
          new W8A16(),
          new W4A16(),
          new KvInt8());

  private Strategies() {}

  /**
   * A strategy as people see it listed.
   *
   * @param name before the first slash
   * @param options what may follow
   * @param definition one line
   */
  public record Entry(String name, String options, String definition) {}

  /** All of them. */
  public static List<Entry> list() {
    return FAMILIES.stream()
        .map(family -> new Entry(family.name(), family.options(), family.definition()))
        .toList();
  }

  /** The strategy of that id, if its name is known. */
  public static Optional<Strategy> find(String id) {
    List<String> words = Arrays.asList(id.split("/", -1));
    return FAMILIES.stream()
        .filter(family -> family.name().equals(words.get(0)))
        .findFirst()
        .map(family -> family.parse(words.subList(1, words.size())));
  }

  /**
   * The strategy of that id.
   *
   * @throws IllegalArgumentException naming the valid ones
   */
  public static Strategy parse(String id) {
    return find(id)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "strategy=" + id + " is not known; choose from " + names() + "."));
  }

  /** Every name, separated by commas. */
  public static String names() {
    return FAMILIES.stream().map(StrategyFamily::name).collect(Collectors.joining(", "));
  }
}
