#!/usr/bin/env python3
"""The CPU engine beside numpy with OpenBLAS, in one run: one square GEMM, taken in turn.

    apt-get install -y python3-numpy libopenblas0-pthread
    mvn -q -DskipTests package
    /usr/bin/python3 docs/compare_numpy.py

Each round runs numpy in a process of its own and then the suite (one JMH fork per precision), so that whatever else
the machine does falls on both. Both sides are read the same way: the mean time of a GEMM over windows of at least
WINDOW_S, after a warm-up. The table shows the median over all windows, the best window, and ratios of the medians
round by round (their median), which a disturbance of one round cannot move. A round in which other processes used more
than DISTURBANCE of the CPU time is said and left out, and another one is tried. OPENBLAS_CORETYPE is unset, so OpenBLAS
picks its kernels for this CPU.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

WINDOW_S = 0.2
WARMUP_WINDOWS = 5
WINDOWS = 15
DISTURBANCE = 0.05
PRECISIONS = ["FP32", "BF16", "FP16", "INT8"]

NUMPY = """
import json, sys, time
import numpy as np
n, window, warmup, windows = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
rng = np.random.default_rng(1)
x = rng.standard_normal((n, n), dtype=np.float32)
w = rng.standard_normal((n, n), dtype=np.float32)
y = np.empty((n, n), dtype=np.float32)
{prepare}
times = []
for _ in range(warmup + windows):
    count, start = 0, time.perf_counter()
    while True:
        np.matmul(x, {right}, out=y)
        count += 1
        elapsed = time.perf_counter() - start
        if elapsed >= window:
            break
    times.append(elapsed / count)
print(json.dumps(times[warmup:]))
"""

# The suite computes X W^T with W packed ahead. numpy gets its better case of the two: W^T as a view, or copied ahead.
NUMPY_CASES = {
    "numpy, X @ W.T": NUMPY.format(prepare="", right="w.T"),
    "numpy, X @ copy of W.T": NUMPY.format(prepare="w = np.ascontiguousarray(w.T)", right="w"),
}


def clean_environment():
    return {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}


def numpy_seconds(code, size):
    output = subprocess.run(
        [sys.executable, "-c", code, str(size), str(WINDOW_S), str(WARMUP_WINDOWS), str(WINDOWS)],
        check=True, capture_output=True, text=True, env=clean_environment()).stdout
    return json.loads(output)


def suite_seconds(java, jar, size, threads):
    """Seconds per GEMM of each window, by precision; a precision that this CPU lacks is absent."""
    window = f"{int(WINDOW_S * 1000)}ms"
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [java, "-Djmh.ignoreLock=true", "-jar", jar, "run", "--engine", "cpu", "--out", folder,
             "-p", f"shape=square-{size}", "-p", "precision=" + ",".join(PRECISIONS), "-p", "tokens=auto",
             "-p", f"threads={threads}", "-f", "1", "-wi", str(WARMUP_WINDOWS), "-w", window,
             "-i", str(WINDOWS), "-r", window, "GemmBenchmark"],
            capture_output=True, text=True, env=clean_environment())
        if run.returncode != 0:
            sys.exit(run.stdout + run.stderr)
        results = json.loads((pathlib.Path(folder) / "results.json").read_text())
    times = {}
    for result in results:
        metric = result["primaryMetric"]
        if metric["scoreUnit"] != "us/op":
            sys.exit(f"unexpected unit {metric['scoreUnit']}")
        times[result["params"]["precision"]] = [score * 1e-6 for fork in metric["rawData"] for score in fork]
    return times


def used_by_others():
    """CPU seconds that everything but this script's children has used so far, and CPU seconds that there were."""
    ticks = [int(value) for value in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    hertz = os.sysconf("SC_CLK_TCK")
    idle = ticks[3] + ticks[4]
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (sum(ticks) - idle) / hertz - children.ru_utime - children.ru_stime, sum(ticks) / hertz


def share(before, after):
    return (after[0] - before[0]) / (after[1] - before[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default_jar = pathlib.Path(__file__).resolve().parent.parent / "benchmarks" / "target" / "benchmarks.jar"
    parser.add_argument("--jar", default=str(default_jar))
    parser.add_argument("--java", default="java")
    parser.add_argument("--size", type=int, default=2048, help="rows and columns (default 2048)")
    parser.add_argument("--rounds", type=int, default=5, help="undisturbed rounds wanted (default 5)")
    parser.add_argument("--attempts", type=int, default=15, help="rounds tried at most (default 15)")
    parser.add_argument("--threads", type=int, default=0, help="of the suite; 0 (default) is every core")
    arguments = parser.parse_args()

    rounds, disturbed = [], []
    while len(rounds) < arguments.rounds and len(rounds) + len(disturbed) < arguments.attempts:
        before = used_by_others()
        taken = {name: numpy_seconds(code, arguments.size) for name, code in NUMPY_CASES.items()}
        for precision, seconds in suite_seconds(
                arguments.java, arguments.jar, arguments.size, arguments.threads).items():
            taken[f"joulemark {precision}"] = seconds
        others = share(before, used_by_others())
        (rounds if others <= DISTURBANCE else disturbed).append(taken)
        print(f"round {len(rounds) + len(disturbed)}, other processes {100 * others:.0f} %"
              f"{'' if others <= DISTURBANCE else ' (left out)'}: " + ", ".join(
                  f"{name} {rate(statistics.median(seconds), arguments.size):.0f}" for name, seconds in taken.items()),
              file=sys.stderr)
    if not rounds:
        sys.exit("Other processes used the CPU in every round; try again when the machine is quiet.")

    best_numpy = min(NUMPY_CASES, key=lambda name: statistics.median(statistics.median(r[name]) for r in rounds))
    print(f"{arguments.size} x {arguments.size} x {arguments.size}, {len(rounds)} undisturbed rounds of {len(rounds) + len(disturbed)}, "
          f"{WINDOWS} windows of {WINDOW_S} s each, GFLOP/s (GOP/s)")
    print(f"| {'':24} | median | best | x numpy | x our FP32 |")
    print(f"|{'-' * 26}|-------:|-----:|--------:|-----------:|")
    for name in rounds[0]:
        every = [seconds for r in rounds for seconds in r[name]]
        print(f"| {name:24} | {rate(statistics.median(every), arguments.size):6.0f} "
              f"| {rate(min(every), arguments.size):4.0f} | {ratio(rounds, best_numpy, name):7.2f} "
              f"| {ratio(rounds, 'joulemark FP32', name):10.2f} |")


def rate(seconds, size):
    return 2.0 * size ** 3 / seconds / 1e9


def ratio(rounds, base, name):
    """How many times faster than the base: the median over rounds of the ratio of medians."""
    return statistics.median(statistics.median(r[base]) / statistics.median(r[name]) for r in rounds)


if __name__ == "__main__":
    main()
