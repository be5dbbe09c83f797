package org.joulemark.harness.energy.nvml;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyStatus;
import org.jspecify.annotations.Nullable;

/**
 * The thin binding: the library's functions, looked up one by one, called with plain arguments, and
 * their return codes. A function that this driver's library lacks answers {@link
 * NvmlReturn#FUNCTION_NOT_FOUND}, as the library itself would.
 *
 * <p>The library stays loaded until the process ends: JNA gives every user of a file the same
 * handle, so closing it would pull it from under another profiler's thread.
 */
final class NvmlLibrary {
  /** System property that names the library's file, for hosts that keep it in an unusual place. */
  static final String PATH_PROPERTY = "joulemark.nvml";

  private final NativeLibrary library;
  private final Map<NvmlFunction, Function> functions = new EnumMap<>(NvmlFunction.class);

  private NvmlLibrary(NativeLibrary library) {
    this.library = library;
    for (NvmlFunction function : NvmlFunction.values()) {
      Function found = find(function.symbol());
      if (found == null) {
        found = find(function.olderSymbol());
      }
      if (found != null) {
        functions.put(function, found);
      }
    }
  }

  private @Nullable Function find(String symbol) {
    try {
      return library.getFunction(symbol);
    } catch (UnsatisfiedLinkError e) {
      // JNA's way of saying that this driver's library has no such symbol.
      return null;
    }
  }

  /**
   * Loads the library.
   *
   * @param path its file; null for the one that the driver installed
   * @throws EnergyException {@link EnergyStatus#UNSUPPORTED} with what was looked for
   */
  static NvmlLibrary load(@Nullable String path) {
    List<String> failures = new ArrayList<>();
    for (String name : path == null ? standardNames() : List.of(path)) {
      try {
        return new NvmlLibrary(NativeLibrary.getInstance(name));
      } catch (UnsatisfiedLinkError e) {
        failures.add(name);
      }
    }
    throw new EnergyException(
        EnergyStatus.UNSUPPORTED,
        "NVML is not on this host (" + String.join(", ", failures) + " cannot be loaded).");
  }

  private static List<String> standardNames() {
    String fromProperty = System.getProperty(PATH_PROPERTY);
    if (fromProperty != null) {
      return List.of(fromProperty);
    }
    return Platform.isWindows() ? List.of("nvml") : List.of("libnvidia-ml.so.1");
  }

  /** Calls a function and gives its return code. */
  int call(NvmlFunction function, Object... arguments) {
    Function found = functions.get(function);
    return found == null ? NvmlReturn.FUNCTION_NOT_FOUND : found.invokeInt(arguments);
  }

  /** What the library says of a return code. */
  String text(int code) {
    if (code == NvmlReturn.FUNCTION_NOT_FOUND) {
      // Ours as well as the library's: see call.
      return "Function Not Found";
    }
    Function found = functions.get(NvmlFunction.ERROR_STRING);
    Pointer text = found == null ? null : found.invokePointer(new Object[] {code});
    return text == null ? "no text" : text.getString(0);
  }

  /** The file that was loaded. */
  String file() {
    return String.valueOf(library.getFile());
  }
}
