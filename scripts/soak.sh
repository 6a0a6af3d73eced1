#!/usr/bin/env bash
# A long recording of the virtual display, watched from outside: slots and drift at the end, memory and open files on the way.
#   scripts/soak.sh [SECONDS]      default: 1800
# Prints a sample a minute and a JSON summary. Exit status 1 where slots are missing, the length is off by more than a slot, or
# memory or open files grow.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-1800}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cmake --preset release > /dev/null
cmake --build --preset release --target rustcam-cli > /dev/null
exec python3 - build/release/cli/rustcam-cli "$seconds" "$folder" <<'PYTHON'
import json
import os
import subprocess
import sys
import time

program, seconds, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
started = time.monotonic()
recorder = subprocess.Popen([program, "record", "--backend", "virtual", "-o", "mover@1920x1080@60", "--fps", "60",
                             "--preset", "ultrafast", "--duration", str(seconds), "--json", "-q",
                             os.path.join(folder, "soak.mp4")], stdout=subprocess.PIPE)
samples = []
interval = min(60, max(1, seconds / 30))
while recorder.poll() is None:
    try:
        recorder.wait(interval)
        break
    except subprocess.TimeoutExpired:
        pass
    with open(f"/proc/{recorder.pid}/statm") as statm:
        rss = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    files = len(os.listdir(f"/proc/{recorder.pid}/fd"))
    samples.append((time.monotonic() - started, rss, files))
    print(f"{samples[-1][0]:7.0f} s  {rss / 1e6:7.1f} MB  {files} files", flush=True)
statistics = json.loads(recorder.stdout.read())

settled = samples[len(samples) // 5:]
mean_t = sum(s[0] for s in settled) / len(settled)
mean_m = sum(s[1] for s in settled) / len(settled)
slope = (sum((s[0] - mean_t) * (s[1] - mean_m) for s in settled) /
         max(1e-9, sum((s[0] - mean_t) ** 2 for s in settled)))
summary = {
    "seconds": seconds,
    "slots": statistics["frames"]["slots"],
    "slots_wanted": seconds * 60,
    "fresh": statistics["frames"]["fresh"],
    "late": statistics["frames"]["late"],
    "unencoded": statistics["frames"]["unencoded"],
    "rss_slope_bytes_per_hour": round(slope * 3600),
    "peak_rss_bytes": statistics["peak_rss_bytes"],
    "open_files": [settled[0][2], settled[-1][2]],
    "cpu_s": statistics["cpu_s"],
}
print(json.dumps(summary, indent=2))
failed = (summary["slots"] != summary["slots_wanted"] or slope * seconds > 20e6
          or summary["open_files"][1] > summary["open_files"][0] + 2)
sys.exit(1 if failed else 0)
PYTHON
