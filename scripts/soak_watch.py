"""Watches a long recording from outside; see scripts/soak.sh."""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from rustcam_testing import CLI, Stimulus, XServer

FPS = 60
# More than this a recording's caches and queues do not grow by once they are full.
MOST_GROWTH_BYTES = 20e6


def slope(points):
    """Of the straight line nearest to (x, y)."""
    mean_x = statistics.fmean(x for x, _ in points)
    mean_y = statistics.fmean(y for _, y in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / max(1e-9, sum((x - mean_x) ** 2 for x, _ in points))


class Watch:
    """What a recorder says every second and what the system says of it, with the time of both clocks."""

    def __init__(self, recorder):
        self.recorder = recorder
        self.progress = []  # (monotonic s, wall clock s, s recorded)
        self.samples = []  # (s, resident bytes, open files)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.recorder.stderr:
            told = json.loads(line) if line.startswith("{") else {}
            if "time_s" in told:
                self.progress.append((time.monotonic(), time.time(), told["time_s"]))

    def until_end(self, interval):
        begun = time.monotonic()
        while True:
            try:
                self.recorder.wait(interval)
                self.reader.join()
                return
            except subprocess.TimeoutExpired:
                pass
            folder = pathlib.Path(f"/proc/{self.recorder.pid}")
            with contextlib.suppress(OSError):
                resident = int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
                files = len(list((folder / "fd").iterdir()))
                self.samples.append((time.monotonic() - begun, resident, files))
                print(f"{self.samples[-1][0]:7.0f} s  {resident / 1e6:7.1f} MB  {files} files", flush=True)

    def drift_slots(self, clock):
        """How far the slots have moved against a clock (0: monotonic, 1: wall) from the first tenth of the run to the last."""
        behind = [(each[clock] - each[2]) * FPS for each in self.progress]
        part = max(1, len(behind) // 10)
        return statistics.median(behind[-part:]) - statistics.median(behind[:part])


def frames_in(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries",
                          "stream=nb_read_packets,duration", "-of", "json", str(path)], stdout=subprocess.PIPE, check=True)
    return json.loads(out.stdout)["streams"][0]


@contextlib.contextmanager
def screen(x11):
    if not x11:
        yield ["--backend", "virtual", "-o", f"mover@1920x1080@{FPS}"], None
        return
    with XServer(size=(1920, 1080)) as server, Stimulus(server, "mover", "--hz", str(FPS)):
        yield ["--backend", "x11"], server.env


def soak(options, folder):
    path = pathlib.Path(folder) / "soak.mp4"
    with screen(options.x11) as (what, env):
        recorder = subprocess.Popen([CLI, "record", *what, "--fps", str(FPS), "--preset", "ultrafast", "--duration",
                                     str(options.seconds), "--json", "--progress", "json", str(path)], env=env, text=True,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        watch = Watch(recorder)
        watch.until_end(min(60, max(1, options.seconds / 30)))
    told = json.loads(recorder.stdout.read())
    settled = watch.samples[len(watch.samples) // 5:]
    file = frames_in(path)
    return {"seconds": options.seconds, "screen": "Xvfb" if options.x11 else "virtual", "slots": told["frames"]["slots"],
            "slots_wanted": options.seconds * FPS, "frames_in_file": int(file["nb_read_packets"]),
            "file_duration_s": float(file["duration"]), "fresh": told["frames"]["fresh"], "late": told["frames"]["late"],
            "unencoded": told["frames"]["unencoded"], "drift_slots": round(watch.drift_slots(0), 3),
            "drift_slots_wall_clock": round(watch.drift_slots(1), 3),
            "rss_slope_bytes_per_hour": round(slope([(t, b) for t, b, _ in settled]) * 3600),
            "peak_rss_bytes": told["peak_rss_bytes"], "open_files": [settled[0][2], settled[-1][2]],
            "cpu_s": told["cpu_s"], "pacing_us": told["pacing_us"], "latency_us": told["latency_us"]}


def failures(summary):
    growth = summary["rss_slope_bytes_per_hour"] / 3600 * summary["seconds"]
    bad = {"slots": summary["slots"] != summary["slots_wanted"],
           "frames in the file": summary["frames_in_file"] != summary["slots"] - summary["unencoded"],
           "length of the file": abs(summary["file_duration_s"] - summary["seconds"]) > 0.5 / FPS,
           "drift": abs(summary["drift_slots"]) >= 1,
           "memory": growth > MOST_GROWTH_BYTES,
           "open files": summary["open_files"][1] > summary["open_files"][0]}
    return [what for what, is_bad in bad.items() if is_bad]


def main():
    parser = argparse.ArgumentParser(prog="scripts/soak.sh")
    parser.add_argument("seconds", nargs="?", type=int, default=1800)
    parser.add_argument("--x11", action="store_true", help="an Xvfb screen instead of the virtual display")
    options = parser.parse_args()
    if options.seconds < 10:
        parser.error("10 seconds at least")
    with tempfile.TemporaryDirectory(prefix="rustcam-soak-") as folder:
        summary = soak(options, folder)
    summary["failures"] = failures(summary)
    print(json.dumps(summary, indent=2))
    return 1 if summary["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
