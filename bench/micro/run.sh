#!/usr/bin/env bash
# usage: bench/micro/run.sh [RESULT.json]
# Builds and runs the kernel benchmarks, prints a table of them, and writes what was measured (default
# docs/results/kernels.json). Each number is the best of 15 runs of 0.05 s, in CPU time: what other
# programs take on a busy machine can only make a run slower.
set -euo pipefail
cd "$(dirname "$0")/../.."
result=${1:-docs/results/kernels.json}

cmake --preset release -DRUSTCAM_BUILD_BENCH=ON >/dev/null
cmake --build build/release --target bench_kernels >&2
raw=$(mktemp)
trap 'rm -f "$raw"' EXIT
build/release/bench/micro/bench_kernels --benchmark_min_time=0.05 --benchmark_repetitions=15 \
  --benchmark_enable_random_interleaving=true --benchmark_format=json >"$raw"

python3 - "$raw" "$result" <<'PYTHON'
import json, platform, re, sys

raw = json.load(open(sys.argv[1]))
cpuinfo = open("/proc/cpuinfo").read()
best = {}
for run in raw["benchmarks"]:
    if run["run_type"] != "iteration":
        continue
    name = re.sub(r"/(\d+)?/?(repeats:\d+)?$", "", run["name"])
    row = {"name": name, "us": run["cpu_time"] / 1000,
           "gb_per_s": run.get("bytes_per_second", 0) / 1e9 or None}
    if name not in best or row["us"] < best[name]["us"]:
        best[name] = row
rows = [{"name": r["name"], "us": round(r["us"], 1),
         "gb_per_s": r["gb_per_s"] and round(r["gb_per_s"], 1)} for r in sorted(best.values(), key=lambda r: (r["name"].split("/")[0], r["us"]))]
machine = {"cpu": re.search(r"model name\s*: (.*)", cpuinfo).group(1), "cores": raw["context"]["num_cpus"],
           "l2_bytes": max(c["size"] for c in raw["context"]["caches"] if c["level"] == 2),
           "system": platform.freedesktop_os_release()["PRETTY_NAME"],
           "load_average": raw["context"]["load_avg"][0]}
json.dump({"command": "bench/micro/run.sh", "date": raw["context"]["date"][:10], "picture": "1920x1080 noise",
           "machine": machine, "kernels": rows}, open(sys.argv[2], "w"), indent=1)
print("| work | µs | GB/s |\n|---|---|---|")
for r in rows:
    print(f"| {r['name']} | {r['us']:.0f} | {r['gb_per_s'] or ''} |")
PYTHON
