package org.joulemark.harness.energy.nvml;

/**
 * The functions of the library that are used, each under its newest symbol and, where an older
 * driver has the same signature under an older one, that too. Any of them may be missing.
 */
enum NvmlFunction {
  INIT("nvmlInit_v2"),
  SHUTDOWN("nvmlShutdown"),
  ERROR_STRING("nvmlErrorString"),
  DRIVER_VERSION("nvmlSystemGetDriverVersion"),
  DEVICE_COUNT("nvmlDeviceGetCount_v2"),
  DEVICE_BY_INDEX("nvmlDeviceGetHandleByIndex_v2"),
  DEVICE_BY_UUID("nvmlDeviceGetHandleByUUID"),
  UUID("nvmlDeviceGetUUID"),
  NAME("nvmlDeviceGetName"),
  TOTAL_ENERGY("nvmlDeviceGetTotalEnergyConsumption"),
  POWER_USAGE("nvmlDeviceGetPowerUsage"),
  FIELD_VALUES("nvmlDeviceGetFieldValues"),
  SAMPLES("nvmlDeviceGetSamples"),
  CLOCK("nvmlDeviceGetClockInfo"),
  MAX_CLOCK("nvmlDeviceGetMaxClockInfo"),
  POWER_LIMIT("nvmlDeviceGetEnforcedPowerLimit"),
  POWER_LIMIT_DEFAULT("nvmlDeviceGetPowerManagementDefaultLimit"),
  TEMPERATURE("nvmlDeviceGetTemperature"),
  UTILIZATION("nvmlDeviceGetUtilizationRates"),
  CLOCK_EVENT_REASONS(
      "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"),
  MIG_MODE("nvmlDeviceGetMigMode"),
  PROCESS_UTILIZATION("nvmlDeviceGetProcessUtilization");

  private final String symbol;
  private final String olderSymbol;

  NvmlFunction(String symbol) {
    this(symbol, symbol);
  }

  NvmlFunction(String symbol, String olderSymbol) {
    this.symbol = symbol;
    this.olderSymbol = olderSymbol;
  }

  /** The newest symbol, which names the function to people too. */
  String symbol() {
    return symbol;
  }

  /** The symbol under which older drivers have it; the same where there is none. */
  String olderSymbol() {
    return olderSymbol;
  }
}
