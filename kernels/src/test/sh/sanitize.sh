#!/usr/bin/env bash
# Runs NVIDIA's compute-sanitizer (memcheck and racecheck) over all our own kernels at small sizes, on this machine's
# GPU, several parts side by side, and prints a line for each: exit code, checks, what the sanitizer found, seconds.
# Exit code 0 only if every part ended, every check in it passed and nothing was found.
#
#   sanitize.sh [-j PARTS] [-t SECONDS] [-o FOLDER] -- COMMAND [ARG ...]
#
# COMMAND is what stands before "selftest", such as: java -jar benchmarks.jar
#   -j  parts a tool, all run at once (default 8)
#   -t  seconds that a part may take (default 600)
#   -o  folder for the whole output of each part (default: ./sanitizer)
# TOOLS="memcheck racecheck initcheck synccheck" chooses the tools, ONLY="layer|model" the checks.
set -uo pipefail

parts=8 limit=600 out=sanitizer
while getopts j:t:o: option; do
  case $option in
    j) parts=$OPTARG ;;
    t) limit=$OPTARG ;;
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

# Whatever runs kernels of ours; the checks of GEMMs run only the libraries'.
IFS='|' read -r -a names <<<"${ONLY:-kernel |linear|layer|model|works|endings|codes|dynamic|weight-only|kv-int8|llm-int8|training}"
only=()
for name in "${names[@]}"; do only+=(--only "$name"); done
mkdir -p "$out"

# $1 tool, $2 part: its whole output goes to a file, its exit code and seconds to another.
part() {
  local begin=$SECONDS
  timeout "$limit" compute-sanitizer --tool "$1" --error-exitcode 99 --target-processes all \
    "${command[@]}" selftest --engine "${ENGINE:-cuda}" "${only[@]}" --part "$2/$parts" >"$out/$1-$2.txt" 2>&1
  echo "$? $((SECONDS - begin))" >"$out/$1-$2.end"
}

command=("$@")
read -r -a tools <<<"${TOOLS:-memcheck racecheck}"
for tool in "${tools[@]}"; do
  for ((k = 1; k <= parts; k++)); do part "$tool" "$k" & done
done
wait

bad=0
for tool in "${tools[@]}"; do
  for ((k = 1; k <= parts; k++)); do
    read -r code seconds <"$out/$tool-$k.end"
    checks=$(grep -E '^[0-9]+ passed, ' "$out/$tool-$k.txt" | tail -1)
    found=$(grep -E '^=+ .*(SUMMARY|displayed)' "$out/$tool-$k.txt" | tail -1 | sed 's/^=* *//')
    [ "$code" -eq 124 ] && checks="still running after ${limit} s"
    [ "$code" -eq 0 ] || bad=1
    [ -n "$found" ] || bad=1
    printf '%-9s  part %2d of %d  exit %3d  %4d s  %s; %s\n' "$tool" "$k" "$parts" "$code" "$seconds" \
      "${checks:-no summary}" "${found:-nothing of the sanitizer}"
  done
done
exit $bad
