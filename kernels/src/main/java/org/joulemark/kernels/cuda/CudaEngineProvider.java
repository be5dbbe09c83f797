package org.joulemark.kernels.cuda;

import java.util.List;
import java.util.Map;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.engine.Finding;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.LayerOptions;

/**
 * Finds and opens NVIDIA GPUs. Examining reads a few folders and loads nothing; the CUDA libraries
 * are loaded when an engine is opened.
 */
public final class CudaEngineProvider implements EngineProvider {
  private static final int PREFERENCE = 100;

  private final CudaInstallation installation;

  /** For {@link java.util.ServiceLoader}. */
  public CudaEngineProvider() {
    this(CudaInstallation.here());
  }

  /** For an installation in another place. */
  CudaEngineProvider(CudaInstallation installation) {
    this.installation = installation;
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public int preference() {
    return PREFERENCE;
  }

  @Override
  public List<Finding> examine() {
    return installation.examine();
  }

  @Override
  public GemmOptions gemmDefaults(String library) {
    return CudaEngine.defaults(library);
  }

  @Override
  public LayerOptions layerDefaults() {
    return CudaEngine.LAYER_DEFAULTS;
  }

  @Override
  public Engine open(EngineOptions options) {
    for (Finding finding : installation.examine()) {
      if (finding.state() == Finding.State.MISSING) {
        throw new EngineException(
            finding.subject() + ": " + finding.detail() + "; " + finding.remedy() + ".");
      }
    }
    Map<String, String> libraries = installation.load();
    try {
      return new CudaEngine(options, installation, libraries);
    } catch (LinkageError stubs) {
      // JavaCPP's stubs are in another jar for each platform.
      throw new EngineException(
          "The CUDA stubs of this jar cannot be loaded: " + stubs.getMessage() + ".", stubs);
    }
  }
}
