"""`rustcam-cli bench` on Xvfb at several rates: do the frames arrive?"""

import argparse
import datetime
import json
import pathlib
import subprocess
import sys

from comparison import report
from comparison.machine import SOURCE, machine, say, versions
from rustcam_testing import CLI, XServer

STIMULI = [("flip_demo", 60), ("flip_demo", 180), ("flip_demo", 360), ("mover", 60), ("mover", 180)]
MODES = ("grab", "latest")
# What counts as arrived.
MOST_OFF_PCT = 0.5
MOST_MISSED_PCT = 0.5
MOST_POINTER_COST_PCT = 2


def bench(server, stimulus, hz, mode, options, *more):
    out = subprocess.run([CLI, "bench", "--stimulus", stimulus, "--hz", str(hz), "--mode", mode, "--pointer", "both",
                          "--duration", str(options.seconds), "--repeat", str(options.repeat), "--json", "-q", *more],
                         env=server.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out)


def judge(documents):
    """A line for each stimulus, rate and mode, from its two median runs."""
    lines = []
    for document in documents:
        on, off = document["median"]
        presented = on["presented_fps"]
        off_pct = 100 * abs(on["valid_fps"] - presented) / presented if presented else None
        pointer_pct = 100 * (1 - on["valid_fps"] / off["valid_fps"]) if off["valid_fps"] else None
        lines.append({"stimulus": document["stimulus"]["name"], "hz": document["stimulus"]["hz"], "mode": on["mode"],
                      "presented_fps": presented, "valid_fps": on["valid_fps"], "unique_fps": on["unique_fps"],
                      "off_pct": off_pct, "missed_pct": on["missed_pct"], "pointer_cost_pct": pointer_pct,
                      "latency_ms": on["latency_us"] and on["latency_us"]["p50"] / 1000, "cpu_pct": on["cpu_pct"],
                      "warnings": sorted({w["code"] for w in document["warnings"]}),
                      "arrived": presented is not None and off_pct <= MOST_OFF_PCT and
                      on["missed_pct"] is not None and on["missed_pct"] <= MOST_MISSED_PCT and
                      pointer_pct is not None and pointer_pct <= MOST_POINTER_COST_PCT})
    return lines


def table(lines):
    out = ["| stimulus | Hz | mode | presented | valid | unique | off % | missed % | pointer costs % | latency ms | CPU % | |",
           "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|---|"]
    for line in lines:
        verdict = "arrived" if line["arrived"] else "disturbed: " + ", ".join(line["warnings"]) if line["warnings"] else "not all"
        numbers = [report.number(line[k]) for k in ("presented_fps", "valid_fps", "unique_fps", "off_pct", "missed_pct",
                                                    "pointer_cost_pct", "latency_ms", "cpu_pct")]
        out.append("| " + " | ".join([line["stimulus"], f"{line['hz']:g}", line["mode"], *numbers, verdict]) + " |")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="bench/arrival.sh", description="Do the frames arrive?")
    parser.add_argument("--seconds", type=float, default=10, help="of each run (10)")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each kind (5)")
    parser.add_argument("--results", type=pathlib.Path, default=SOURCE / "docs" / "results")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    where = machine()
    documents = []
    for stimulus, hz in STIMULI:
        for mode in MODES:
            say(f"{stimulus} at {hz} Hz, {mode}")
            chart = options.results / f"bench-{stimulus}-{hz}-{mode}.svg"
            with XServer(size=(1920, 1080)) as server:
                documents.append(bench(server, stimulus, hz, mode, options, "--force", "--chart", chart))
    lines = judge(documents)
    (options.results / "bench.json").write_text(json.dumps(
        {"command": "bench/arrival.sh", "date": datetime.date.today().isoformat(), "machine": where, "versions": versions(),
         "lines": lines, "documents": documents}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = (f"1920x1080 on Xvfb, runs of {options.seconds:g} s, the median of {options.repeat}. {where['cpu']}, "
            f"{where['cores']} cores, {where['system']}; load average before {where['load_average']:.1f}; "
            f"{datetime.date.today().isoformat()}.\n\n{table(lines)}")
    page = SOURCE / "docs" / "benchmarks.md" if options.results == SOURCE / "docs" / "results" else options.results / "arrival.md"
    report.put_into(page, "arrival", text)
    print(text, end="")
    return 0 if all(line["arrived"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
