"""The first second of recordings: is slot 0 fresh, is anything missing, is anything late?"""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import re
import sys
import tempfile
import time

from comparison import report
from comparison.machine import SOURCE, machine, say
from comparison.measure import RawReader, numbers_of_recording, read_numbers, run
from rustcam_testing import CLI, Stimulus, XServer

HZ = 60
IDLE_S = 60
# What counts as fresh: two periods of the screen.
OLDEST_MS = 2000 / HZ
# What nine runs of ten have to keep.
MOST_MISSING = 1
MOST_LATE = 1
LATEST_START_S = 0.5


@dataclasses.dataclass
class Kind:
    name: str
    size: tuple
    options: tuple  # of the recording
    raw: tuple = None  # the size of a raw picture; None: a file
    judged: bool = True  # two cores encode it in real time, so that missing and late frames count


KINDS = [
    Kind("1080p, x264 veryfast", (1920, 1080), ("--encoder", "x264", "--preset", "veryfast")),
    Kind("1080p, x264 ultrafast", (1920, 1080), ("--encoder", "x264", "--preset", "ultrafast")),
    Kind("2160p, x264 ultrafast", (3840, 2160), ("--encoder", "x264", "--preset", "ultrafast"), judged=False),
    Kind("2160p, raw region", (3840, 2160), ("--region", "0,0,1920,1080", "--format", "rawvideo", "--pixel-format", "bgra"),
         raw=(1920, 1080)),
]


def missing(numbers):
    """Frames of the stimulus between the first and the last slot that no slot shows."""
    read = [n for n in numbers if n is not None]
    return sum(max(0, after - before - 1) for before, after in zip(read, read[1:]))


def once(kind, server, folder):
    stamps = os.path.join(folder, "stamps")
    path = "-" if kind.raw else os.path.join(folder, "out.mp4")
    told = os.path.join(folder, "told")
    reader = RawReader(kind.raw) if kind.raw else None
    begun = time.time()
    cost = run([CLI, "record", "-v", "--force", "--fps", str(HZ), "--frames", str(HZ), *kind.options, "--timestamps", stamps,
                "--stats", told, path], server.env, server, reader)
    phase_us = float(re.search(rb"sampling phase ([0-9.]+) us", cost.stderr).group(1))
    document = json.loads(pathlib.Path(told).read_text(encoding="utf-8"))
    first = json.loads(pathlib.Path(stamps).read_text(encoding="utf-8").splitlines()[0])
    if kind.raw:
        numbers = read_numbers(b"".join(each.tobytes() for each in reader.corners))
    else:
        numbers = numbers_of_recording(path)
    started = datetime.datetime.fromisoformat(document["started_at"].replace("Z", "+00:00")).timestamp()
    return {"age_ms": phase_us / 1000 - first["presented_ns"] / 1e6, "start_s": started - begun,
            "missing": missing(numbers), "late": document["frames"]["late"], "unencoded": document["frames"]["unencoded"],
            "unreadable": sum(n is None for n in numbers)}


def nine_in_ten(values):
    """What nine in ten do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 9 // 10) - 1)]


def line_of(kind, warmth, runs):
    worst = {k: nine_in_ten([each[k] for each in runs]) for k in ("age_ms", "start_s", "missing", "late", "unencoded")}
    kept = (max(each["age_ms"] for each in runs) <= OLDEST_MS and worst["start_s"] <= LATEST_START_S and
            (not kind.judged or (worst["missing"] <= MOST_MISSING and worst["late"] <= MOST_LATE)))
    return {"kind": kind.name, "warmth": warmth, "runs": runs, "nine_in_ten": worst,
            "oldest_ms": max(each["age_ms"] for each in runs), "kept": kept}


def table(lines):
    out = ["| recording | | runs | slot 0 is older than its sampling point by, ms (all) | t0 after the start, s | missing | late | unencoded | |",
           "|---|---|--:|--:|--:|--:|--:|--:|---|"]
    for line in lines:
        worst = line["nine_in_ten"]
        out.append(f"| {line['kind']} | {line['warmth']} | {len(line['runs'])} | {line['oldest_ms']:.1f} | {worst['start_s']:.2f} | "
                   f"{worst['missing']} | {worst['late']} | {worst['unencoded']} | {'kept' if line['kept'] else 'not kept'} |")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="bench/first_second.sh", description="Is slot 0 fresh?")
    parser.add_argument("--runs", type=int, default=10, help="of each kind (10)")
    parser.add_argument("--no-cold", action="store_true", help=f"only without {IDLE_S} s of idling before each run")
    parser.add_argument("--only", default="", help="kinds whose name contains this")
    parser.add_argument("--results", type=pathlib.Path, default=SOURCE / "docs" / "results")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    where = machine()
    lines = []
    with tempfile.TemporaryDirectory(prefix="rustcam-first-second-") as folder:
        for kind in [each for each in KINDS if options.only in each.name]:
            for warmth in ["warm"] if options.no_cold else ["cold", "warm"]:
                say(f"{kind.name}, {warmth}")
                runs = []
                for _ in range(options.runs):
                    with XServer(size=kind.size) as server, Stimulus(server, "mover", "--hz", str(HZ)):
                        if warmth == "cold":
                            time.sleep(IDLE_S)
                        else:
                            once(kind, server, folder)
                        runs.append(once(kind, server, folder))
                        say("  " + ", ".join(f"{k} {v:.4g}" for k, v in runs[-1].items()))
                lines.append(line_of(kind, warmth, runs))
    text = report.write_lines(options.results, "first-second", "bench/first_second.sh", where, lines, table(lines))
    print(text, end="")
    return 0 if all(line["kept"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
