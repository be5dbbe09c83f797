#!/usr/bin/env bash
# Runs NVIDIA's compute-sanitizer over our own kernels at small sizes, on this machine's GPUs, several parts side by
# side, and prints a line for each: exit code, seconds, checks, what the sanitizer found. memcheck runs every check
# that launches a kernel of ours; racecheck, under which a check takes 5 to 30 s, those few that between them launch
# each kernel once (selftest --covering).
# Exit code 0 only if every part ended, every check in it passed and nothing was found in a kernel of ours.
#
#   sanitize.sh [-j PARTS] [-t SECONDS] [-g GPUS] [-o FOLDER] -- COMMAND [ARG ...]
#
# COMMAND is what stands before "selftest", such as: java -jar benchmarks.jar
#   -j  parts a tool, all run at once (default 8)
#   -t  seconds that a part may take (default 600)
#   -g  GPUs, such as 0,1: part k runs on the k-th, and again from the first (default: $CUDA_VISIBLE_DEVICES)
#   -o  folder for the whole output of each part (default: ./sanitizer)
# An access that memcheck reports as out of bounds and, in the same report, inside an allocation is counted by itself. It
# was seen (compute-sanitizer 2025.3) of kernels in conditional nodes of graphs, always near the end of a live allocation:
# the tool seems to know what lay at that address before. Such a part is BAD all the same, for the checks behind the
# report fail with it: run them again, as with ONLY=dynamic and -j 1.
# TOOLS="memcheck racecheck initcheck synccheck" chooses the tools (default: the first two),
# ONLY="layer|model" the checks, for every tool.
set -uo pipefail

parts=8 limit=600 gpus=${CUDA_VISIBLE_DEVICES:-} out=sanitizer
while getopts j:t:g:o: option; do
  case $option in
    j) parts=$OPTARG ;;
    t) limit=$OPTARG ;;
    g) gpus=$OPTARG ;;
    o) out=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
if [ $# -eq 0 ]; then
  echo "Say what stands before \"selftest\", such as: $0 -- java -jar benchmarks.jar" >&2
  exit 2
fi
command -v compute-sanitizer >/dev/null || { echo "compute-sanitizer (part of the CUDA toolkit) is not on the PATH." >&2; exit 2; }

# What a name of a kernel of NVIDIA's libraries contains, and none of ours (SanitizeScriptTest).
libraries="nvjet gemm cutlass gemv cublas splitK cudnn"
# Whatever runs kernels of ours; the checks of GEMMs run only the libraries'.
ours="kernel |linear|layer|model|works|endings|codes|dynamic|weight-only|kv-int8|llm-int8|training"
command=("$@")
read -r -a tools <<<"${TOOLS:-memcheck racecheck}"
IFS=, read -r -a devices <<<"$gpus"
mkdir -p "$out"

# $1 tool: the options of the sanitizer for it, a line each.
options() {
  local name
  case $1 in
    # Checking the libraries' accesses too takes some seven times as long.
    memcheck) for name in $libraries; do printf '%s\n' --kernel-name-exclude "kns=$name"; done ;;
    # It breaks where a kernel that it does not watch shares the device with one that it does: it watches all. Of the
    # races in the libraries' kernels there are many, and behind none of them may one of ours stay unprinted.
    racecheck) printf '%s\n' --print-limit 0 ;;
  esac
}

# $1 tool: the options of selftest for it, a line each.
checks() {
  local name names
  if [ "$1" = racecheck ] && [ -z "${ONLY:-}" ]; then
    echo --covering
    return
  fi
  IFS='|' read -r -a names <<<"${ONLY:-$ours}"
  for name in "${names[@]}"; do printf '%s\n' --only "$name"; done
}

# $1 tool, $2 part: its whole output goes to a file, its exit code and seconds to another.
part() {
  local begin=$SECONDS how what
  mapfile -t how < <(options "$1")
  mapfile -t what < <(checks "$1")
  [ ${#devices[@]} -gt 0 ] && export CUDA_VISIBLE_DEVICES=${devices[$((($2 - 1) % ${#devices[@]}))]}
  timeout -k 10 "$limit" compute-sanitizer --tool "$1" --error-exitcode 99 --target-processes all "${how[@]}" \
    "${command[@]}" selftest --engine "${ENGINE:-cuda}" "${what[@]}" --part "$2/$parts" >"$out/$1-$2.txt" 2>&1
  echo "$? $((SECONDS - begin))" >"$out/$1-$2.end"
}

# $1 output of racecheck: "RACES HAZARDS" in the libraries' kernels, "RACES HAZARDS" in others, and how many races the
# summaries speak of. A race has two ends or more, a line each; it is the libraries' only if all of its ends are. Their
# asynchronous copies wait on barriers that racecheck does not know.
races() {
  awk -v libraries="${libraries// /|}" '
    function settle() { if (open) { races[own]++; hazards[own] += found } open = own = found = 0 }
    function end(line) {
      sub(/.* access at /, "", line)
      if (line !~ libraries) own = 1
      if (match(line, /\[[0-9]+ hazards?\]/)) found += substr(line, RSTART + 1)
    }
    /^=+ .*Race reported between .* access at / { settle(); open = 1; end($0); next }
    # What selftest prints may stand between the lines of a race.
    open && /^=+ +and .* access at / { end($0) }
    /RACECHECK SUMMARY:/ {
      if (match($0, /[0-9]+ error/)) spoken += substr($0, RSTART)
      if (match($0, /[0-9]+ warning/)) spoken += substr($0, RSTART)
    }
    END { settle(); print races[0] + 0, hazards[0] + 0, races[1] + 0, hazards[1] + 0, spoken + 0 }' "$1"
}

# $1 tool, $2 part: prints its line, and fails where something is wrong.
verdict() {
  local text="$out/$1-$2.txt" code seconds passed found wrong=0 theirs their_hazards others other_hazards spoken inside
  read -r code seconds <"$out/$1-$2.end"
  passed=$(grep -E '^[0-9]+ passed, ' "$text" | tail -1)
  found=$(grep -E '^=+ .*(SUMMARY|displayed)' "$text" | tail -1 | sed 's/^=* *//')
  case $passed in *" passed, 0 failed, "*) ;; *) wrong=1 ;; esac
  [ -n "$found" ] || wrong=1
  if [ "$1" = racecheck ]; then
    read -r theirs their_hazards others other_hazards spoken < <(races "$text")
    [ "$theirs" -eq 0 ] || found="$theirs races ($their_hazards hazards) in kernels of the libraries"
    [ "$others" -eq 0 ] || found="$others races ($other_hazards hazards) IN OUR KERNELS, $theirs in those of the libraries"
    if [ "$spoken" -gt $((theirs + others)) ]; then
      found="$found, but the summary speaks of $spoken"
      wrong=1
    fi
    [ "$others" -eq 0 ] || wrong=1
    [ "$code" -eq 0 ] || { [ "$code" -eq 99 ] && [ "$theirs" -gt 0 ]; } || wrong=1
  else
    [ "$code" -eq 0 ] || wrong=1
    inside=$(grep -c 'is inside the nearest allocation' "$text")
    [ "$inside" -eq 0 ] || found="$found; $inside reports contradict themselves: out of bounds, inside an allocation"
  fi
  if grep -q 'Internal Sanitizer Error' "$text"; then
    found="Internal Sanitizer Error"
    wrong=1
  fi
  if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
    passed="KILLED after its limit of $limit s, $(grep -cE '^passed ' "$text") checks had passed"
    wrong=1
  fi
  printf '%-9s  part %2d of %d  %-5s  exit %3d  %4d s  %s; %s\n' "$1" "$2" "$parts" "$([ $wrong -eq 0 ] && echo good || echo BAD)" \
    "$code" "$seconds" "${passed:-no end of selftest}" "${found:-nothing of the sanitizer}"
  return $wrong
}

for tool in "${tools[@]}"; do
  for ((k = 1; k <= parts; k++)); do part "$tool" "$k" & done
done
wait

bad=0
for tool in "${tools[@]}"; do
  for ((k = 1; k <= parts; k++)); do verdict "$tool" "$k" || bad=1; done
done
echo "The whole output of each part is in $out."
exit $bad
