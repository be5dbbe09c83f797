package org.joulemark.benchmarks.work;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.harness.platform.GpuCatalogue;
import org.joulemark.harness.platform.GpuSpec;
import org.joulemark.harness.platform.MeasuredPeaks;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.LayerOptions;

/** The engine that a benchmark's parameters name, opened, with what is known of its device. */
public final class EngineSession implements AutoCloseable {
  private final EngineProvider provider;
  private final Engine engine;

  /** For an engine that is open. */
  EngineSession(EngineProvider provider, Engine engine) {
    this.provider = provider;
    this.engine = engine;
  }

  /**
   * Opens an engine and notes its facts for the results. A model that is kept from the trial before
   * ({@link KeptModel}) is freed first.
   *
   * @param engine {@code auto} or an engine's name
   * @param device index or UUID
   * @param threads threads of the CPU engine, 0 for every core
   */
  public static EngineSession open(String engine, String device, String threads) {
    KeptModel.freeKept();
    EngineProvider provider = EngineCatalogue.installed().choose(engine).provider();
    Engine opened = provider.open(new EngineOptions(device, Integer.parseInt(threads)));
    EngineSession session = new EngineSession(provider, opened);
    session.notes().forEach(WorkWindow::note);
    return session;
  }

  /**
   * What is made on an engine that is opened for it and belongs to it; where making fails, nothing
   * stays open.
   *
   * @param engine as for {@link #open}
   * @param device as for {@link #open}
   * @param threads as for {@link #open}
   */
  public static <T> T on(
      String engine, String device, String threads, Function<EngineSession, T> make) {
    return Handover.of(open(engine, device, threads), make);
  }

  /** What results say of the engine. */
  public Map<String, String> notes() {
    Map<String, String> notes = new TreeMap<>();
    engine.facts().forEach((key, value) -> notes.put("engine." + key, value));
    return notes;
  }

  /** The opened engine. */
  public Engine engine() {
    return engine;
  }

  /** What {@code auto} stands for in the options of a GEMM. */
  public GemmOptions gemmDefaults(String library) {
    return provider.gemmDefaults(library);
  }

  /** What {@code auto} stands for in the options of a layer or a model. */
  public LayerOptions layerDefaults() {
    return provider.layerDefaults();
  }

  /** The maker's figures of the device, if it is a GPU of the catalogue. */
  public Optional<GpuSpec> spec() {
    return engine.name().equals("cuda")
        ? GpuCatalogue.standard().find(engine.facts().getOrDefault("device.name", ""))
        : Optional.empty();
  }

  /** UUID of the GPU, empty on another engine. */
  public String gpu() {
    return engine.facts().getOrDefault("device.uuid", "");
  }

  /** The best rates seen on this user's GPUs, if the engine keeps files at all. */
  public Optional<MeasuredPeaks> measuredPeaks() {
    return Optional.ofNullable(engine.facts().get("cache.folder"))
        .map(folder -> new MeasuredPeaks(Path.of(folder, "measured-peaks.json")));
  }

  @Override
  public void close() {
    engine.close();
  }
}
