"""The Windows program beside FFmpeg's ddagrab, in turn, on the desktop that the test layer shows under Wine."""

import argparse
import dataclasses
import functools
import os
import pathlib
import statistics
import sys
import tempfile
import threading
import time

from comparison import report
from comparison.machine import SOURCE, machine, say
from comparison.measure import CORNER, RawReader, missed, read_numbers
from comparison.rows import Context, in_turn
from wine_bed import WineBed

THEIRS = "ddagrab"
# Our ways to a picture in memory: a call that waits for the next one, and the loop of `record`, which takes what is there
# at the times of its slots, as ddagrab does.
OURS = {"rustcam-cli, a call a picture": "grab", "rustcam-cli, record": "record"}
SIZES = ((1920, 1080), (1280, 720))
RATES = (60, 180, 360)
# Of `mover` little changes with each picture, of `flip_demo` all.
SCENES = ("mover", "flip_demo")


@dataclasses.dataclass
class Work:
    scene: str
    size: tuple
    hz: int

    @property
    def name(self):
        return f"{self.scene}-{self.size[1]}p-{self.hz}"

    @property
    def layer(self):
        return f"scene={self.scene};size={self.size[0]}x{self.size[1]};hz={self.hz}"


def told_of(run_report, unique_fps, missed_pct):
    """The processor time is that of the program while it had a duplication, less what the layer drew in it."""
    if run_report["violations"]:
        raise RuntimeError(f"the layer reports {run_report['violations']}")
    capture = run_report["capture"]
    cpu_pct = 100 * (capture["cpu_s"] - capture["drawing_s"]) / capture["wall_s"]
    return {"unique_fps": float(unique_fps), "missed_pct": missed_pct, "cpu_pct": cpu_pct,
            "cpu_ms_a_frame": 10 * cpu_pct / unique_fps if unique_fps else None,
            "layer_cpu_pct": 100 * capture["drawing_s"] / capture["wall_s"]}


def ours(wine, work, seconds, mode):
    """The pictures are in memory, whole, and are counted there."""
    run = wine.run("bench", "--stimulus", "none", "--mode", mode, "--pointer", "on", "--hz", work.hz, "--duration", seconds,
                   "--warmup", "0.5", "--repeat", "1", "--json", layer=work.layer)
    if run.status != 0:
        raise RuntimeError(f"rustcam-cli: {run.stderr}")
    told = run.json()["median"][0]
    return told_of(run.report, told["unique_fps"], told["missed_pct"])


def theirs(wine, work, seconds):
    """Each picture is downloaded whole; only the corner with its number is written, so that no pipe is measured."""
    width, height = CORNER
    graph = f"ddagrab=framerate={work.hz},hwdownload,format=bgra,crop={width}:{height}:0:0"
    process = wine.start(["-v", "error", "-nostdin", "-init_hw_device", "d3d11va=d3d", "-filter_hw_device", "d3d",
                          "-filter_complex", graph, "-t", seconds + 0.5, "-f", "rawvideo", "-"],
                         layer=work.layer, program=os.environ["RUSTCAM_WINDOWS_FFMPEG"])
    errors = []
    listener = threading.Thread(target=lambda: errors.append(process.stderr.read()))
    listener.start()
    reader = RawReader(CORNER)
    arrived = []
    reader.corners = Arrivals(arrived)
    reader(process.stdout)
    process.wait(60)
    listener.join()
    process.stdout.close()
    process.stderr.close()
    if process.returncode != 0 or not arrived:
        raise RuntimeError(f"ddagrab: exit status {process.returncode}: {errors[0].decode('utf-8', 'replace')[-500:]}")
    # As with ours, the first half second does not count.
    begin, end = arrived[0] + 0.5, arrived[0] + 0.5 + seconds
    counted = [corner for at, corner in zip(arrived, reader.corners) if begin <= at <= end]
    numbers = read_numbers(b"".join(each.tobytes() for each in counted))
    unique = len({each for each in numbers if each is not None})
    return told_of(wine.report(), unique / (min(end, arrived[-1]) - begin), missed(numbers))


class Arrivals(list):
    """Keeps when each of its members came."""

    def __init__(self, times):
        super().__init__()
        self.times = times

    def append(self, each):
        self.times.append(time.monotonic())
        super().append(each)


def median(runs, field):
    values = [each[field] for each in runs if each[field] is not None]
    return statistics.median(values) if values else None


def ratio(results, name, field):
    """The median of the ratios of what was measured in the same round."""
    pairs = [a[field] / b[field] for a, b in zip(results[name], results[THEIRS]) if a[field] is not None and b[field]]
    return statistics.median(pairs) if pairs else None


def lines_of(work, results):
    fields = ("unique_fps", "missed_pct", "cpu_pct", "cpu_ms_a_frame", "layer_cpu_pct")
    for name, runs in results.items():
        yield {"work": work.name, "scene": work.scene, "size": work.size, "hz": work.hz, "program": name,
               **{field: median(runs, field) for field in fields},
               **({} if name == THEIRS else {"unique_ratio": ratio(results, name, "unique_fps"),
                                             "cpu_ratio": ratio(results, name, "cpu_ms_a_frame")}),
               "runs": runs}


def table(lines):
    number = report.number
    out = ["| desktop | Hz | program | unique pictures a second | / ddagrab's | CPU % | CPU ms a unique picture | / ddagrab's | "
           "the layer's drawing, CPU % |", "|---|--:|---|--:|--:|--:|--:|--:|--:|"]
    for line in lines:
        cells = [f"{line['scene']}, {line['size'][0]}x{line['size'][1]}", str(line["hz"]), line["program"],
                 number(line["unique_fps"], 1), number(line.get("unique_ratio")), number(line["cpu_pct"], 0),
                 number(line["cpu_ms_a_frame"]), number(line.get("cpu_ratio")), number(line["layer_cpu_pct"], 0)]
        out.append("| " + " | ".join(cells) + " |")
    return "\n".join(out) + "\n"


def main():
    works = [Work(scene, size, hz) for scene in SCENES for size in SIZES for hz in RATES]
    parser = argparse.ArgumentParser(prog="bench/ddagrab.sh", description="The Windows program beside FFmpeg's ddagrab.")
    parser.add_argument("--short", action="store_true", help="one round of two seconds, to standard output only")
    parser.add_argument("--rounds", type=int, default=5, help="how often each does the work (5)")
    parser.add_argument("--seconds", type=float, default=4, help="that count of each run (4)")
    parser.add_argument("--only", default="", metavar="TEXT", help="works whose name holds TEXT: " +
                        ", ".join(each.name for each in works))
    parser.add_argument("--results", type=pathlib.Path, default=SOURCE / "docs" / "results")
    options = parser.parse_args()
    if options.short:
        options.rounds, options.seconds = 1, 2
    where = machine()
    wine = WineBed()
    lines = []
    try:
        version = wine.run("-version", program=os.environ["RUSTCAM_WINDOWS_FFMPEG"]).stdout.decode().splitlines()[0]
        with tempfile.TemporaryDirectory(prefix="rustcam-ddagrab-") as folder:
            context = Context(options.rounds, folder, say)
            for work in [each for each in works if options.only in each.name]:
                say(work.name)
                programs = {name: functools.partial(ours, wine, work, options.seconds, mode) for name, mode in OURS.items()}
                programs[THEIRS] = functools.partial(theirs, wine, work, options.seconds)
                lines += lines_of(work, in_turn(context, programs))
    finally:
        wine.close()
    text = table(lines)
    if not options.short:
        options.results.mkdir(parents=True, exist_ok=True)
        text = report.write_lines(options.results, "ddagrab", "bench/ddagrab.sh", where, lines, text,
                                  {"ddagrab": version.split(" Copyright")[0]})
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
