package org.joulemark.kernels.cpu;

import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;
import org.joulemark.kernels.quant.Precision;

/**
 * The instruction set that oneDNN uses: what the CPU has, limited by the environment variable
 * DNNL_MAX_CPU_ISA. A precision counts as supported only where the CPU multiplies it natively, so
 * that no emulation is ever measured.
 *
 * @param bits a {@code dnnl_cpu_isa_t}; each set is a superset of the bits of what it includes
 */
record CpuIsa(int bits) {

  /** What oneDNN uses in this process. */
  static CpuIsa effective() {
    return new CpuIsa(dnnl.dnnl_get_effective_cpu_isa());
  }

  /** Whether this set includes another. */
  boolean includes(int isa) {
    return (bits & isa) == isa;
  }

  /** Why a GEMM in this precision cannot run natively, in one sentence; empty if it can. */
  Optional<String> whyNot(Precision precision) {
    return switch (precision) {
      case FP32 -> Optional.empty();
      case BF16 ->
          unless(
              includes(dnnl.dnnl_cpu_isa_avx512_core_bf16),
              "BF16 needs AVX512-BF16, which this CPU lacks.");
      case FP16 ->
          unless(
              includes(dnnl.dnnl_cpu_isa_avx512_core_fp16),
              "FP16 needs AVX512-FP16, which this CPU lacks.");
      case INT8, INT8_OUT8 ->
          unless(
              includes(dnnl.dnnl_cpu_isa_avx2_vnni) || includes(dnnl.dnnl_cpu_isa_avx512_core_vnni),
              precision + " needs VNNI, which this CPU lacks.");
      case TF32 -> Optional.of("TF32 is a format of NVIDIA's tensor cores; no CPU has it.");
      case FP16_ACC16 ->
          Optional.of("FP16_ACC16 is not offered by oneDNN, which accumulates FP16 in FP32.");
      case FP8_E4M3, FP8_E5M2 ->
          Optional.of(precision + " is emulated by oneDNN on CPUs, so it is not measured.");
    };
  }

  /** Such as {@code avx512_core_amx}: the largest known set that this one includes. */
  String id() {
    for (Known known : Known.values()) {
      if (includes(known.bits)) {
        return known.id;
      }
    }
    return "default";
  }

  private static Optional<String> unless(boolean supported, String reason) {
    return supported ? Optional.empty() : Optional.of(reason);
  }

  /** oneDNN's names, the largest set first. */
  private enum Known {
    AVX10_2_512_AMX_2("avx10_2_512_amx_2", dnnl.dnnl_cpu_isa_avx10_2_512_amx_2),
    AVX10_2_512("avx10_2_512", dnnl.dnnl_cpu_isa_avx10_2_512),
    AVX512_CORE_AMX_FP16("avx512_core_amx_fp16", dnnl.dnnl_cpu_isa_avx512_core_amx_fp16),
    AVX512_CORE_AMX("avx512_core_amx", dnnl.dnnl_cpu_isa_avx512_core_amx),
    AVX512_CORE_FP16("avx512_core_fp16", dnnl.dnnl_cpu_isa_avx512_core_fp16),
    AVX512_CORE_BF16("avx512_core_bf16", dnnl.dnnl_cpu_isa_avx512_core_bf16),
    AVX512_CORE_VNNI("avx512_core_vnni", dnnl.dnnl_cpu_isa_avx512_core_vnni),
    AVX512_CORE("avx512_core", dnnl.dnnl_cpu_isa_avx512_core),
    AVX2_VNNI_2("avx2_vnni_2", dnnl.dnnl_cpu_isa_avx2_vnni_2),
    AVX2_VNNI("avx2_vnni", dnnl.dnnl_cpu_isa_avx2_vnni),
    AVX2("avx2", dnnl.dnnl_cpu_isa_avx2),
    AVX("avx", dnnl.dnnl_cpu_isa_avx),
    SSE41("sse41", dnnl.dnnl_cpu_isa_sse41);

    private final String id;
    private final int bits;

    Known(String id, int bits) {
      this.id = id;
      this.bits = bits;
    }
  }
}
