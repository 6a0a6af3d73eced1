#!/usr/bin/env bash
# usage: bench/micro/run.sh [--results FOLDER] [kernels] [png]
# Builds and runs the micro-benchmarks (default: all), prints a table of each, and writes what was
# measured to FOLDER/kernels.json and FOLDER/png.json (default docs/results). Each number is the best
# of 15 runs: what other programs take on a busy machine can only make a run slower. Kernels are
# measured in CPU time, PNG writers by the clock (several threads may work on one picture), with the
# CPU time of that run beside it.
set -euo pipefail
cd "$(dirname "$0")/../.."
results=docs/results
if [[ ${1:-} == --results ]]; then
  results=$2
  shift 2
fi
[[ $# -gt 0 ]] || set -- kernels png

scripts/install-deps.sh build test bench
cmake --preset release -DRUSTCAM_BUILD_BENCH=ON >/dev/null
raw=$(mktemp)
trap 'rm -f "$raw"' EXIT
for work; do
  cmake --build build/release --target "bench_$work" >&2
  "build/release/bench/micro/bench_$work" --benchmark_min_time=0.05 --benchmark_repetitions=15 \
    --benchmark_enable_random_interleaving=true --benchmark_format=json >"$raw"
  python3 bench/micro/report.py "$work" "$raw" "$results/$work.json"
done
