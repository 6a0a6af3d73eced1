"""What a track of sound costs, and where it stands: the tables of bench/sound.sh and bench/clap.sh."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from comparison import report
from comparison.machine import SOURCE, machine, say
from rustcam_testing import CLI

BITRATE = 160_000
# (A recording with a track less one without) / the encoder alone, in CPU time; the median.
MOST = 1.5


def recorded(folder, seconds, *sound):
    """CPU seconds of a recording of the virtual display."""
    told = os.path.join(folder, "told")
    subprocess.run([CLI, "record", "-q", "--force", "--backend", "virtual", "-o", "mover@640x360@60", "--preset", "ultrafast", "--duration",
                    str(seconds), "--stats", told, *sound, os.path.join(folder, "a.mp4")], check=True)
    return json.loads(pathlib.Path(told).read_text(encoding="utf-8"))["cpu_s"]


def one_pair(folder, seconds):
    without = recorded(folder, seconds)
    with_sound = recorded(folder, seconds, "-a", "device:tone", "--audio-bitrate", str(BITRATE))
    alone = json.loads(subprocess.run([os.environ["RUSTCAM_SOUND_ALONE"], str(seconds), str(BITRATE)], stdout=subprocess.PIPE,
                                      check=True).stdout)["cpu_s"]
    return {"without_s": without, "with_s": with_sound, "alone_s": alone, "ratio": (with_sound - without) / alone}


def cost_table(line):
    middle = {key: statistics.median(run[key] for run in line["runs"]) for key in ("without_s", "with_s", "alone_s")}
    ratios = sorted(run["ratio"] for run in line["runs"])
    return ("| seconds | runs | CPU without, s | with, s | encoder alone, s | (with − without) / alone | goal | |\n"
            "|--:|--:|--:|--:|--:|--:|--:|---|\n"
            f"| {line['seconds']} | {len(ratios)} | {middle['without_s']:.2f} | {middle['with_s']:.2f} | {middle['alone_s']:.2f} | "
            f"{line['ratio']:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) | {MOST:.2f} | {'kept' if line['kept'] else 'not kept'} |\n")


def clap_table(results):
    out = ["| recorder | sound of | screen | fps | file | meanwhile | bursts | held against | mean ms | least ms | most ms | beyond 10 ms | ms a minute | load |",
           "|---|---|---|--:|---|---|--:|---|--:|--:|--:|--:|--:|--:|"]
    for one in results:
        meanwhile = {"stop": "stopped for 2 s", "suspend": "sink suspended for 1.5 s", "quiet": "nothing played for 5 s", None: ""}
        for of, words in (("presented", "the time of the flash"), ("file", "the flash in the file")):
            if of in one:
                o = one[of]
                kind = one["server"] + (", microphone 300 ppm fast" if one["microphone"] else "")
                kind += ", 40 ms late on purpose" if one["jig_error_ms"] else ""
                out.append(f"| {one['recorder']} | {kind} | {one['screen']} | {one['fps']} | {one['container']} | "
                           f"{meanwhile[one['disturb']]} | {o['seconds']} | {words} | {o['mean_ms']} | {o['min_ms']} | {o['max_ms']} | "
                           f"{sum(abs(off) > 10 for off in o['offsets_ms'])} | "
                           f"{o.get('slope_ms_per_minute', '')} | {one['load_average']:.1f} |")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="bench/sound.sh", description="What does a track of sound cost?")
    parser.add_argument("--runs", type=int, default=7, help="pairs (7)")
    parser.add_argument("--seconds", type=int, default=20, help="of each recording (20)")
    parser.add_argument("--results", type=pathlib.Path, default=SOURCE / "docs" / "results")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    where = machine()
    runs = []
    with tempfile.TemporaryDirectory(prefix="rustcam-sound-") as folder:
        recorded(folder, 2, "-a", "device:tone")
        for _ in range(options.runs):
            runs.append(one_pair(folder, options.seconds))
            say("  " + ", ".join(f"{k} {v:.3f}" for k, v in runs[-1].items()))
    ratio = statistics.median(run["ratio"] for run in runs)
    line = {"seconds": options.seconds, "runs": runs, "ratio": ratio, "kept": ratio <= MOST}
    claps = options.results / "clap.json"
    text = cost_table(line) + ("\n" + clap_table(json.loads(claps.read_text(encoding="utf-8"))) if claps.exists() else "")
    print(report.write_lines(options.results, "sound", "bench/sound.sh", where, [line], text), end="")
    return 0 if line["kept"] else 1


if __name__ == "__main__":
    sys.exit(main())
