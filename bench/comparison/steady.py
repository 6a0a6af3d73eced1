"""Recordings of a screen of which every pixel changes: does each slot get its picture in time?"""

import argparse
import json
import os
import pathlib
import sys
import tempfile
import time

from comparison import report
from comparison.machine import SOURCE, machine, say
from comparison.measure import run
from rustcam_testing import CLI, Stimulus, XServer

HZ = 60
LENGTH_S = 5
IDLE_S = 60
SIZE = (1920, 1080)
SCENES = ["gradient", "flip_demo"]
# What each run has to keep, of its slots.
MOST_PCT = 0.5


def once(server, folder):
    path = os.path.join(folder, "out.mp4")
    told = os.path.join(folder, "told")
    run([CLI, "record", "-q", "--force", "--fps", str(HZ), "--duration", str(LENGTH_S), "--encoder", "x264", "--preset", "ultrafast",
         "--stats", told, path], server.env, server)
    document = json.loads(pathlib.Path(told).read_text(encoding="utf-8"))
    frames = document["frames"]
    return {"slots": frames["slots"], "fresh": frames["fresh"], "late": frames["late"], "unencoded": frames["unencoded"],
            "encode_ms_max": document["encode_us"]["max"] / 1000, "peak_mb": document["peak_rss_bytes"] / 1e6}


def line_of(scene, warmth, runs):
    def worst(key):
        return max(100 * each[key] / each["slots"] for each in runs)
    return {"scene": scene, "warmth": warmth, "runs": runs, "late_pct": worst("late"), "unencoded_pct": worst("unencoded"),
            "kept": worst("late") <= MOST_PCT and worst("unencoded") <= MOST_PCT}


def table(lines):
    out = ["| every pixel of | | runs | late, slots of each run | unencoded | the longest encoding, ms | memory, MB | |",
           "|---|---|--:|---|---|--:|--:|---|"]
    for line in lines:
        runs = line["runs"]

        def each(key, runs=runs):
            return ", ".join(str(r[key]) for r in runs)
        out.append(f"| {line['scene']} | {line['warmth']} | {len(runs)} | {each('late')} | {each('unencoded')} | "
                   f"{max(r['encode_ms_max'] for r in runs):.0f} | {max(r['peak_mb'] for r in runs):.0f} | "
                   f"{'kept' if line['kept'] else 'not kept'} |")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="bench/steady.sh", description="Does a recording hold its rate?")
    parser.add_argument("--runs", type=int, default=7, help="of each kind (7)")
    parser.add_argument("--no-cold", action="store_true", help=f"only without {IDLE_S} s of idling before each run")
    parser.add_argument("--results", type=pathlib.Path, default=SOURCE / "docs" / "results")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    where = machine()
    lines = []
    with tempfile.TemporaryDirectory(prefix="rustcam-steady-") as folder:
        for scene in SCENES:
            for warmth in ["warm"] if options.no_cold else ["cold", "warm"]:
                say(f"{scene}, {warmth}")
                runs = []
                for _ in range(options.runs):
                    with XServer(size=SIZE) as server, Stimulus(server, scene, "--hz", str(HZ)):
                        if warmth == "cold":
                            time.sleep(IDLE_S)
                        else:
                            once(server, folder)
                        runs.append(once(server, folder))
                        say("  " + ", ".join(f"{k} {v:.4g}" for k, v in runs[-1].items()))
                lines.append(line_of(scene, warmth, runs))
    text = report.write_lines(options.results, "steady", "bench/steady.sh", where, lines, table(lines))
    print(text, end="")
    return 0 if all(line["kept"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
