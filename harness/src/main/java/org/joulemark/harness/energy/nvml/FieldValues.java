package org.joulemark.harness.energy.nvml;

import com.sun.jna.Memory;

/**
 * A preallocated array of {@code nvmlFieldValue_t} (40 bytes each on 64-bit systems: u32 field at
 * 0, u32 scope at 4, i64 timestamp at 8, i64 latency at 16, i32 value type at 24, i32 return code
 * at 28, value at 32). Used from one thread.
 */
final class FieldValues {
  private static final int SIZE = 40;

  private final int[] fields;
  private final Memory memory;

  FieldValues(int... fields) {
    this.fields = fields.clone();
    this.memory = new Memory((long) SIZE * fields.length);
  }

  /**
   * Reads all fields at once.
   *
   * @return the call's own return code; each field has its own besides
   */
  int read(Nvml nvml, NvmlDevice device) {
    memory.clear();
    for (int i = 0; i < fields.length; i++) {
      memory.setInt((long) SIZE * i, fields[i]);
    }
    return nvml.call(NvmlFunction.FIELD_VALUES, device.handle(), fields.length, memory);
  }

  int code(int index) {
    return memory.getInt((long) SIZE * index + 28);
  }

  /** The value as a number, whatever its type. */
  double value(int index) {
    long at = (long) SIZE * index + 32;
    int type = memory.getInt((long) SIZE * index + 24);
    return switch (type) {
      case 0 -> memory.getDouble(at);
      case 1 -> Integer.toUnsignedLong(memory.getInt(at));
      case 5 -> memory.getInt(at);
      // unsigned long, unsigned long long and long long: none reaches 2^63.
      case 2, 3, 4 -> memory.getLong(at);
      default -> throw new IllegalStateException("nvmlValueType_t " + type + " is not known");
    };
  }
}
