"""A clapperboard held against recorders: how far each burst is from its flash. See bench/clap.sh."""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from fractions import Fraction

from clap.reading import offsets
from clap.recorders import RECORDERS, Where
from rustcam_testing import XServer, end, spawn
from sound_bed import SoundBed
from sway_bed import Sway

_MIDDLE = {"stop": 2.0, "suspend": 1.5}


def options_of(arguments):
    parser = argparse.ArgumentParser(prog="bench/clap.sh", description=__doc__)
    parser.add_argument("recorders", nargs="*", choices=[*RECORDERS, []], help="default: rustcam-cli, and the rival of the screen")
    parser.add_argument("--server", choices=["pulse", "pipewire"], default="pulse")
    parser.add_argument("--screen", choices=["x11", "sway"], default="x11")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--fps", default="60")
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--container", default="mp4")
    parser.add_argument("--microphone", action="store_true", help="record a microphone whose clock is 300 ppm fast")
    parser.add_argument("--disturb", choices=["stop", "suspend", "quiet"],
                        help="stop the recorder for 2 s, suspend the sink for 1.5 s, or play nothing for the first 5 s")
    parser.add_argument("--jig-error", type=float, default=0, metavar="MS", help="the board's bursts are late by this much, which it does not tell")
    parser.add_argument("--results", help="a folder for clap.json; it is added to")
    return parser.parse_args(arguments)


def start_board(options, env, sway, microphone, folder):
    command = [sys.executable, "-m", "clap.board", "--size", options.size, "--error-ms", options.jig_error]
    command += ["--sway", sway.folder, sway.display] if sway else []
    command += ["--microphone", microphone] if microphone else []
    command += ["--quiet", 5] if options.disturb == "quiet" else []
    with open(os.path.join(folder, "board"), "wb") as out:
        return spawn(command, env=env, stdin=subprocess.DEVNULL, stdout=out)


def board_error_ms(folder):
    """How much later than its flash each burst of the board was; the median of all. (A burst's error is not told.)"""
    lines = [json.loads(line) for line in pathlib.Path(folder, "board").read_text(encoding="utf-8").splitlines()]
    told = {kind: {round(line[kind] / 1e9): line[kind] for line in lines if kind in line} for kind in ("flash_ns", "burst_ns")}
    both = [(told["burst_ns"][at] - told["flash_ns"][at]) / 1e6 for at in told["burst_ns"] if at in told["flash_ns"]]
    return statistics.median(both)


def disturb(kind, recorder, bed, seconds):
    time.sleep(seconds / 2)
    if kind == "stop":
        recorder.process.send_signal(signal.SIGSTOP)
        time.sleep(_MIDDLE[kind])
        recorder.process.send_signal(signal.SIGCONT)
    elif kind == "suspend":
        bed.control("suspend-sink", "null1", "1")
        time.sleep(_MIDDLE[kind])
        bed.control("suspend-sink", "null1", "0")


def measure(options, name):
    size = tuple(map(int, options.size.split("x")))
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rustcam-clap-"))
        bed = stack.enter_context(SoundBed(options.server, real_time=True))
        microphone = bed.add_microphone() if options.microphone else None
        sway = stack.enter_context(Sway(size=size, hz=250, count=1)) if options.screen == "sway" else None
        env = dict(bed.env)
        if sway:
            env.update(WAYLAND_DISPLAY=os.path.join(sway.folder, sway.display), XDG_SESSION_TYPE="wayland")
        else:
            env["DISPLAY"] = stack.enter_context(XServer(size=size)).display
        board = start_board(options, env, sway, microphone, folder)
        stack.callback(end, board)
        if microphone:  # somebody listens from the start: else what was said before would wait in the pipe
            listener = spawn(["parec", "-d", "mic1", "--raw", "--latency-msec=20"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            stack.callback(end, listener)
        time.sleep(0.5 if options.disturb == "quiet" else 3)
        where = Where(env, size, options.fps, "mic1" if microphone else "null1.monitor", options.microphone, bool(sway))
        recorder = RECORDERS[name](where, os.path.join(folder, f"out.{options.container}"), options.seconds)
        recorder.start()
        disturb(options.disturb, recorder, bed, options.seconds)
        told = recorder.wait()
        time.sleep(1.5)
        assert board.poll() is None, "the clapperboard has ended"
        end(board, signal.SIGTERM)
        error = board_error_ms(folder)
        return {"recorder": name, "server": options.server, "screen": options.screen, "seconds": options.seconds,
                "fps": options.fps, "container": options.container, "microphone": options.microphone,
                "disturb": options.disturb, "jig_error_ms": options.jig_error, "board_error_ms": round(error, 3), **told,
                **offsets(recorder.path, error, float(Fraction(options.fps)), recorder.timestamps), "load_average": os.getloadavg()[0]}


def table(results):
    rows = [("recorder", "sound", "of", "bursts", "mean ms", "min ms", "max ms", "ms/minute")]
    for one in results:
        sound = one["server"] + (", mic +300 ppm" if one["microphone"] else "") + (f", {one['disturb']}" if one["disturb"] else "")
        for of in ("file", "presented"):
            if of in one:
                rows.append((one["recorder"], sound, of, *(str(one[of].get(key, "-")) for key in (
                    "seconds", "mean_ms", "min_ms", "max_ms", "slope_ms_per_minute"))))
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def main():
    options = options_of(sys.argv[1:])
    names = options.recorders or ["rustcam-cli", "wf-recorder" if options.screen == "sway" else "ffmpeg"]
    results = [measure(options, name) for name in names]
    print(table(results))
    if options.results:
        path = pathlib.Path(options.results, "clap.json")
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        path.write_text(json.dumps(before + results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
