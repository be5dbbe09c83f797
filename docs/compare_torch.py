#!/usr/bin/env python3
"""Joulemark's GEMMs beside PyTorch's on the same GPU: one row a shape and precision, from the files of one run.

    python3 docs/compare_torch.py TORCH.json[,TORCH.json...] BURST.jsonl[,BURST.jsonl...] SUSTAINED.jsonl

TORCH.json holds rows {"kind": "gemm", "name": "8192^3 fp16", "ms": ..., "ms_sustained": ..., "mJ": ...}: the median
of 30 CUDA-graph replays after a warm-up, and the mean and the energy over a longer stretch. The journals are
Joulemark's (journal.jsonl) with -p cache=hot, because PyTorch's rows reuse one set of operands. The burst columns
compare the medians over the first some 40 ms of work, before the GPU's power limit acts: the best of PyTorch's runs
against the best of ours. The sustained columns are under the power limit.
"""
import json
import math
import sys

SHAPES = {
    "8192^3": ("square-8192", "auto", 8192, 8192, 8192),
    "4096^3": ("square-4096", "auto", 4096, 4096, 4096),
    "qwen-gateup M2048": ("qwen2.5-7b/gate_up", "2048", 2048, 37888, 3584),
    "qwen-down M2048": ("qwen2.5-7b/down", "2048", 2048, 3584, 18944),
    "qwen-gateup M16": ("qwen2.5-7b/gate_up", "16", 16, 37888, 3584),
    "mistral-qkv M2048": ("mistral-7b-v0.2/qkv", "2048", 2048, 6144, 4096),
}
PRECISIONS = {"fp32": "FP32", "tf32": "TF32", "fp16": "FP16", "bf16": "BF16", "int8": "INT8", "fp8": "FP8_E4M3"}


def torch_rows(path):
    with open(path, encoding="utf-8") as file:
        return {row["name"]: row for row in json.load(file) if row["kind"] == "gemm" and "ms" in row}


def our_rows(path):
    rows = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if entry["outcome"] == "ok":
                key = tuple(entry["params"][name] for name in ("shape", "tokens", "precision"))
                metrics = entry["results"][0]["secondaryMetrics"]
                rows[key] = (metrics["device.time"]["rawData"][0][0] * 1e6, metrics["energy"]["score"])
    return rows


def main():
    torch = [torch_rows(path) for path in sys.argv[1].split(",")]
    burst = [our_rows(path) for path in sys.argv[2].split(",")]
    sustained = our_rows(sys.argv[3])
    print("| GEMM | precision | PyTorch µs | ours µs | ratio | ours Tera-op/s | PyTorch sustained µs | ours sustained µs"
          " | PyTorch mJ | ours mJ |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    ratios = []
    for shape, (name, tokens, m, n, k) in SHAPES.items():
        for short, precision in PRECISIONS.items():
            row = next(row for row in torch[0] if row.startswith(f"{shape} {short}"))
            key = (name, tokens, precision)
            theirs = min(run[row]["ms"] for run in torch) * 1e3
            ours = min(run[key][0] for run in burst)
            ratios.append(ours / theirs)
            theirs_long = min(run[row]["ms_sustained"] for run in torch) * 1e3
            theirs_energy = min(run[row]["mJ"] for run in torch)
            print(f"| {shape} | {precision} | {theirs:.1f} | {ours:.1f} | {ours / theirs:.3f} |"
                  f" {2 * m * n * k / ours / 1e6:.0f} | {theirs_long:.1f} | {sustained[key][0]:.1f} |"
                  f" {theirs_energy:.1f} | {sustained[key][1] * 1e3:.1f} |")
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    print(f"\n{len(ratios)} rows: geometric mean of the ratio {mean:.3f}, largest {max(ratios):.3f}.")


main()
