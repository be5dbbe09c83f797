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

/** Knows the CPU engine; it needs nothing but oneDNN's natives, which the jar carries. */
public final class CpuEngineProvider implements EngineProvider {
  private static final String SUBJECT = "oneDNN";

  /** For the service loader. */
  public CpuEngineProvider() {}

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
    String natives = "/org/bytedeco/dnnl/" + Loader.getPlatform() + "/";
    if (dnnl.class.getResource(natives) == null
        && dnnl.class.getResource(natives + System.mapLibraryName("jnidnnl")) == null) {
      return List.of(
          Finding.missing(
              SUBJECT,
              "this jar carries no natives for " + Loader.getPlatform(),
              "build it with -Dnatives.platform=" + Loader.getPlatform()));
    }
    try {
      Loader.load(dnnl.class);
      return List.of(
          Finding.ok(SUBJECT, Dnnl.version() + " for " + Loader.getPlatform()),
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
  public GemmOptions gemmDefaults() {
    return CpuEngine.DEFAULTS;
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
