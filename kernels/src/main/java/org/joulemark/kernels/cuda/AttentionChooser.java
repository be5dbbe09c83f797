package org.joulemark.kernels.cuda;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;

/**
 * Decides which attention runs. {@code auto} is the faster one where both our kernel and cuDNN's
 * are there: each shape is measured once on each machine, and kept on disk. A single new token is
 * always our own kernels' part.
 */
final class AttentionChooser {
  private static final String SOURCE = "attention_tensor.cu";

  private final CudaEngine engine;
  private final CacheDirectory cache;
  private final Map<SdpaShape, Map<String, String>> chosen = new HashMap<>();

  /** For an opened engine. */
  AttentionChooser(CudaEngine engine, CacheDirectory cache) {
    this.engine = engine;
    this.cache = cache;
  }

  /**
   * What runs, under {@code attention}, and what the choice rests on.
   *
   * @param asked {@code auto} or what {@link CudaAttention} knows
   * @param start position of the first of the tokens: behind a prompt they see many more keys
   * @throws UnsupportedWorkException if there is not enough memory to measure
   */
  Map<String, String> choose(
      String asked,
      ModelShape shape,
      ElementType type,
      int batch,
      int tokens,
      int start,
      int capacity) {
    if (!asked.equals(CudaAttention.AUTO) && (tokens > 1 || asked.equals(CudaAttention.PLAIN))) {
      return Map.of("attention", asked);
    }
    if (tokens == 1 || !engine.mayUseCudnn(type)) {
      return Map.of("attention", CudaAttention.OWN);
    }
    SdpaShape problem = SdpaShape.of(shape, type, batch, tokens, capacity).startingAt(start);
    Map<String, String> known = chosen.get(problem);
    if (known == null) {
      known =
          measure(new AttentionTrial(engine, shape, type, batch, tokens, start, capacity), problem);
      chosen.put(problem, known);
    }
    return known;
  }

  private Map<String, String> measure(AttentionTrial trial, SdpaShape problem) {
    try {
      engine.cudnn();
    } catch (UnsupportedWorkException notThere) {
      return own(notThere);
    }
    Map<String, String> key = key(problem);
    AttentionChoice choice = AttentionChoice.load(cache, key).orElse(null);
    if (choice == null) {
      double own = trial.seconds(CudaAttention.OWN);
      double cudnn;
      try {
        cudnn = trial.seconds(CudaAttention.CUDNN);
      } catch (UnsupportedWorkException notThisShape) {
        return own(notThisShape);
      }
      choice = new AttentionChoice(key, own, cudnn);
      choice.save(cache);
    }
    return choice.facts();
  }

  private static Map<String, String> own(UnsupportedWorkException reason) {
    return Map.of(
        "attention", CudaAttention.OWN, "attention.note", String.valueOf(reason.getMessage()));
  }

  private Map<String, String> key(SdpaShape problem) {
    Map<String, String> facts = engine.facts();
    Map<String, String> key = new LinkedHashMap<>();
    for (String name : new String[] {"device.name", "driver.version", "library.cudnn"}) {
      key.put(name, facts.getOrDefault(name, ""));
    }
    NvrtcCompiler.Source source = NvrtcCompiler.Source.of(SOURCE);
    key.put("kernel", CacheDirectory.nameOf("", "", source.text(), source.headers().toString()));
    key.put("shape", problem.toString());
    return key;
  }
}
