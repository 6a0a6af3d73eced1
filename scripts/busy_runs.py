#!/usr/bin/python3
"""Many short runs of the program while others take every processor: each must end in order with what it promises.

    scripts/busy_runs.py [--runs 1000] [--x11] [--program build/dev/cli/rustcam-cli]

Fails at the end if any run did, with what it said. Not part of CI."""

import argparse
import itertools
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE = 120
"""Seconds after which a run is taken for one that hangs."""

QUICK = ["--preset", "ultrafast"]
KINDS = [("a.mp4", QUICK), ("a.mkv", QUICK), ("a.mov", QUICK), ("a.ts", QUICK), ("a.nut", QUICK), ("a.webm", []), ("a.y4m", []),
         ("a.gif", []), ("v.mp4", [*QUICK, "--vfr"]), ("w.mp4", [*QUICK, "--faststart"])]


class Failure(Exception):
    pass


def check(holds, text):
    if not holds:
        raise Failure(text)


def frames_in(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries", "stream=nb_read_frames",
                          "-of", "json", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    check(out.returncode == 0 and not out.stderr, f"it does not play: {out.stderr.decode()}")
    return int(json.loads(out.stdout)["streams"][0]["nb_read_frames"])


class Runs:
    def __init__(self, program, screen, environment):
        self.program, self.screen, self.environment = program, screen, environment

    def call(self, folder, *arguments, ended_by=None):
        """Stdout and the exit status; with `ended_by`, a signal ends it within the first second."""
        process = subprocess.Popen([self.program, *arguments], cwd=folder, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            if ended_by:
                time.sleep(random.uniform(0.2, 1.2))
                process.send_signal(ended_by)
            out, said = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Failure("it hangs") from None
        return out, said.decode(errors="replace"), process.returncode

    def recording(self, folder, name, options, ended_by=None):
        length = ["--duration", "60"] if ended_by else ["--frames", "20"]
        out, said, status = self.call(folder, "record", *self.screen, *options, *length, "--json", name, ended_by=ended_by)
        if ended_by and status == -ended_by:
            # It came before the program had taken it in hand.
            return check(not (folder / name).exists() or (folder / name).stat().st_size == 0, "killed, with a file")
        check(status == 0, f"exit status {status}: {said}")
        if not out:  # ended before slot 0
            return check(ended_by and not (folder / name).exists(), f"no statistics: {said}")
        stats = json.loads(out)
        wanted = "signal" if ended_by else "frames"
        check(stats["ended_by"] == wanted and stats["error"] is None, f"ended by {stats['ended_by']}: {stats['error']}")
        slots = stats["frames"]["slots"]
        check(ended_by or slots == 20, f"{slots} slots")
        if slots == 0:
            return check(not (folder / name).exists(), "a file of nothing")
        frames = frames_in(folder / name)
        if "--vfr" not in options and not name.endswith(".gif"):
            check(frames == slots - stats["frames"]["unencoded"], f"{frames} frames, {stats['frames']}")

    def shot(self, folder):
        _, said, status = self.call(folder, "shot", *self.screen, "a.png")
        check(status == 0, f"exit status {status}: {said}")
        check(frames_in(folder / "a.png") == 1, "no picture")

    def listing(self, folder):
        out, said, status = self.call(folder, "list", "--json", *self.screen[:2])
        check(status == 0 and json.loads(out)["outputs"] is not None, f"exit status {status}: {said}")

    def all_kinds(self):
        for name, options in KINDS:
            yield f"record {name} {' '.join(options)}", lambda f, n=name, o=options: self.recording(f, n, o)
            for number in (signal.SIGINT, signal.SIGTERM):
                yield (f"record {name} {' '.join(options)}, {number.name}",
                       lambda f, n=name, o=options, s=number: self.recording(f, n, o, s))
        yield "shot", self.shot
        yield "list", self.listing


def start_screen():
    reading, writing = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-noreset", "-screen", "0", "640x480x24"], pass_fds=[writing],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as number:
        return server, ":" + number.readline().strip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--x11", action="store_true", help="on an Xvfb of its own")
    parser.add_argument("--program", type=pathlib.Path, default=pathlib.Path("build/dev/cli/rustcam-cli"))
    given = parser.parse_args()
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    screen, beside = ["--backend", "virtual", "-o", "mover@320x240@60"], []
    if given.x11:
        server, environment["DISPLAY"] = start_screen()
        beside.append(server)
        screen = ["--backend", "x11"]
    for _ in range(os.cpu_count() or 1):
        beside.append(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
    failures = []
    try:
        kinds = itertools.cycle(list(Runs(given.program.resolve(), screen, environment).all_kinds()))
        for number, (name, run) in zip(range(given.runs), kinds):
            with tempfile.TemporaryDirectory(prefix="rustcam-busy-") as folder:
                try:
                    run(pathlib.Path(folder))
                except Failure as failure:
                    failures.append(f"run {number}, {name}: {failure}")
                    print(failures[-1], flush=True)
    finally:
        for process in beside:
            process.kill()
            process.wait()
    print(f"{given.runs} runs, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
