package org.joulemark.kernels.cpu;

import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.engine.Finding;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.LayerOptions;

/** Knows the CPU engine; it needs nothing but oneDNN's natives, which the jar carries. */
public final class CpuEngineProvider implements EngineProvider {
  private static final String SUBJECT = "oneDNN";

  private final String platform;

  /** For the service loader. */
  public CpuEngineProvider() {
    this(Loader.getPlatform());
  }

  /** For natives of a platform in JavaCPP's notation, such as {@code linux-x86_64}. */
  CpuEngineProvider(String platform) {
    this.platform = platform;
  }

  @Override
  public String name() {
    return CpuEngine.NAME;
  }

  @Override
  public int preference() {
    return 10;
  }

  @Override
  public List<Finding> examine() {
    String natives = "/org/bytedeco/dnnl/" + platform + "/" + System.mapLibraryName("jnidnnl");
    if (dnnl.class.getResource(natives) == null) {
      return List.of(
          Finding.missing(
              SUBJECT,
              "this build carries no natives for " + platform,
              "take one that does (-Dnatives.platform=" + platform + ")"));
    }
    try {
      Loader.load(dnnl.class);
      return List.of(
          Finding.ok(SUBJECT, Dnnl.version() + " for " + platform),
          Finding.ok("CPU", CpuInfo.model() + ", instruction set " + CpuIsa.effective().id()));
    } catch (LinkageError e) {
      return List.of(
          Finding.missing(
              SUBJECT,
              "its library does not load (" + e.getMessage() + ")",
              "check that the folder "
                  + System.getProperty("user.home")
                  + "/.javacpp/cache is writable, or name another one by"
                  + " -Dorg.bytedeco.javacpp.cachedir"));
    }
  }

  @Override
  public GemmOptions gemmDefaults(String library) {
    return CpuEngine.DEFAULTS;
  }

  @Override
  public LayerOptions layerDefaults() {
    return CpuEngine.LAYER_DEFAULTS;
  }

  @Override
  public Engine open(EngineOptions options) {
    for (Finding finding : examine()) {
      if (finding.state() == Finding.State.MISSING) {
        throw new EngineException(
            "The CPU engine cannot be opened: "
                + finding.subject()
                + ": "
                + finding.detail()
                + "; "
                + finding.remedy()
                + ".");
      }
    }
    return new CpuEngine(options, CpuIsa.effective());
  }
}
