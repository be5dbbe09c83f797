#!/usr/bin/env bash
# Takes the measurements that docs/ quotes, on this machine's GPU; each stage writes a results folder of its own.
#
#   JM="java -jar benchmarks.jar" docs/results/measure.sh OUT STAGE...
#
# The stage profilers calls JMH itself: JM_JAVA and JM_JAR name the java and the jar for it (java, benchmarks.jar).
# Exit code 0 only if every configuration of every stage was measured or is unsupported for a stated reason.
#
# Stages, with the minutes that each takes on an H200, those of strategies, outliers and models reckoned:
#   strategies (12) each strategy on one layer of each model, prefill and decode
#   outliers   (5)  static, learned and dynamic scales on inputs with outliers
#   gate       (3)  two runs of FORKS (12) forks of the same GEMM, for the error rates of compare
#   profilers  (2)  JMH's time per operation without and with the profilers, in changing order
#   models     (4)  whole models in FP16 and INT8, prefill and decode
#   tasks     (14)  whole tasks of each model, an item at a time (docs/tasks.md)
#   batch     (17)  the same, 16 items at a time, but for FP32
#   fp32-batch (8)  FP32 of Qwen2.5-7B, 16 items at a time
#   extrapolation (1)  200 items of MMLU in full, and estimated from 50 and from 4
#   sanitizer  (2)  compute-sanitizer over all our kernels (kernels/src/test/sh/sanitize.sh)
# Several GPUs of one host can be measured side by side, each with a temporary folder of its own, because JMH locks one:
#   CUDA_VISIBLE_DEVICES=1 JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=/tmp/gpu1 ... docs/results/measure.sh OUT1 STAGE...
# MODELS=qwen2.5-7b,yi-6b takes those only, where a stage has a choice of models, TASKS=gsm8k likewise. SECONDS_LEFT=N leaves out what would begin later than N seconds from now.
set -uo pipefail

if [ $# -lt 2 ]; then
  echo "Say where to and what: $0 OUT STAGE..." >&2
  exit 2
fi
out=$1
shift
bad=0
jm=${JM:-java -jar benchmarks.jar}
begin=$SECONDS
here=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$out"

# Many configurations, each as short as its energy allows: an H200's counter moves each 0.1 s, and an iteration must
# last 0.65 s for a window of whole ticks. A configuration then takes some 3 s in decoding and 4 s in prefill, and
# more where scales are fitted. (The rows in docs/results/h200/strategies.jsonl are of one iteration of 0.9 s each.)
brief="-f 0 -wi 1 -w 200ms -i 2 -r 800ms"
models=${MODELS:-qwen2.5-7b,yi-6b,bloomz-7b1,mistral-7b-v0.2,deepseek-r1-distill-qwen-7b,neural-chat-7b}
every=fp32,tf32,fp16,bf16,int8-sym,int8-asym,dynamic,fp8,smoothquant,llm-int8,w8a16,w4a16,kv-int8

# $1 name of the folder; the rest is the command line.
take() {
  local name=$1
  shift
  if [ $((SECONDS - begin)) -ge "${SECONDS_LEFT:-86400}" ]; then
    echo "== $name left out"
    return
  fi
  $jm "$@" --out "$out/$name" >"$out/$name.txt" 2>&1
  local code=$?
  [ $code -eq 0 ] || bad=1
  echo "== $name: exit $code, $((SECONDS - begin)) s in all, $(grep -c '"outcome":"ok"' "$out/$name/journal.jsonl") of" \
    "$(grep -c . "$out/$name/journal.jsonl") configurations"
  grep -E "failed:|unsupported:" "$out/$name.txt" | cut -c1-240
}

strategies() {
  local one="-p launch=graph $brief"
  take strategies-decode LayerDecode -p model=$models -p strategy=$every -p context=1024 $one
  take strategies-prefill LayerPrefill -p model=$models -p strategy=$every -p sequence=512 $one
  take strategies-2048 LayerPrefill -p model=qwen2.5-7b -p strategy=$every -p sequence=2048 $one
}

outliers() {
  take outliers LayerPrefill -p model=$models -p inputs=outliers -p sequence=512 \
    -p strategy=int8-sym,int8-sym/per-tensor/minmax,int8-sym/per-tensor/mse,int8-sym/per-tensor/entropy,int8-qat,smoothquant,llm-int8 \
    -p launch=graph $brief
  take qat-step QatStep -p model=$models -p tokens=64 -p inputs=outliers -f 0 -wi 1 -w 300ms -i 2 -r 1s
}

gate() {
  local same="-p shape=square-4096 -p precision=FP16 -p algo=tuned -f ${FORKS:-12} -wi 1 -w 500ms -i 3 -r 1s"
  take gate-a GemmBenchmark $same
  take gate-b GemmBenchmark $same
}

profilers() {
  local package=org.joulemark.harness.jmh java=${JM_JAVA:-java} jar=${JM_JAR:-benchmarks.jar}
  if [ ! -f "$jar" ]; then
    echo "JM_JAR=$jar is no file." >&2
    bad=1
    return
  fi
  local on="-prof $package.EnergyProfiler -prof $package.WorkProfiler" order round
  for round in 1 2 3 4; do
    order="off on"
    [ $((round % 2)) -eq 0 ] && order="on off"
    for with in $order; do
      for gemm in "square-4096 stream" "square-1024 graph"; do
        read -r shape launch <<<"$gemm"
        "$java" -cp "$jar" org.openjdk.jmh.Main GemmBenchmark -p engine=cuda -p shape="$shape" -p precision=FP16 \
          -p launch="$launch" -p cache=hot -f 1 -wi 1 -w 500ms -i 4 -r 1s \
          $([ "$with" = on ] && echo "$on") -rf json -rff "$out/profilers-$shape-$with-$round.json" >>"$out/profilers.txt" 2>&1 \
          || bad=1
        echo "$shape $with $(grep -m1 '"score" :' "$out/profilers-$shape-$with-$round.json")"
      done
    done
  done
}

models() {
  local one="-p strategy=fp16,int8-sym -f 0 -wi 1 -w 500ms -i 3 -r 1s"
  take models-decode ModelDecode -p model=$models -p context=512 $one
  take models-prefill ModelPrefill -p model=$models -p sequence=512 $one
}

# $1 what the folders are called after, $2 strategies of Qwen2.5-7B, $3 those of the other models; the rest is added.
whole_tasks() {
  local name=$1 qwen=$2 others=$3 model strategies
  shift 3
  for model in ${models//,/ }; do
    [ "$model" = qwen2.5-7b ] && strategies=$qwen || strategies=$others
    [ -z "$strategies" ] || take "$name-$model" Task -p model="$model" -p strategy="$strategies" \
      -p task="${TASKS:-mmlu,hellaswag,arc-challenge,truthfulqa-mc2,gsm8k}" -f 0 -wi 1 -w 100ms -i 3 -r 1s "$@"
  done
}

tasks() {
  whole_tasks tasks fp16,int8-sym,dynamic,fp8,fp32 fp16,int8-sym -p items=4
}

# Items of a batch are long beside a second, and an iteration holds two rounds: of fewer items.
batch() {
  whole_tasks batch fp16,int8-sym,dynamic,fp8 fp16,int8-sym -p batch=16 -p items=2
}

fp32-batch() {
  whole_tasks batch-fp32 fp32 "" -p batch=16 -p items=2
}

extrapolation() {
  $jm tasks --task mmlu --draw 200 >"$out/mmlu-200.jsonl"
  take extrapolation Task -p task="$out/mmlu-200.jsonl" -p items=all,50,4 -p bucket=32 -p strategy=fp16 \
    -f 0 -wi 1 -w 100ms -i 3 -r 3s
}

sanitizer() {
  "$here/kernels/src/test/sh/sanitize.sh" -j 8 -t 480 -o "$out/sanitizer" -- $jm || bad=1
}

for stage in "$@"; do
  echo "=== $stage"
  case $stage in
    strategies | outliers | gate | profilers | models | tasks | batch | fp32-batch | extrapolation | sanitizer) "$stage" ;;
    *)
      echo "No stage is called $stage." >&2
      exit 2
      ;;
  esac
done
exit $bad
