"""The rows of the comparison: what is done, by whom, and how much is enough.

A row is measured in rounds. In a round every contestant does the work once; who begins changes from round
to round, so that a machine that warms up or slows down favours nobody."""

import contextlib
import dataclasses
import json
import os
import shutil
import statistics
import subprocess

from comparison.measure import RawReader, of_recording, run, same_pixels
from rustcam_testing import CLI, Stimulus, XServer

OURS = "rustcam-cli"
ENCODER = "encoder alone"
PRESET, CRF, GOP = "ultrafast", "23", "60"


@dataclasses.dataclass
class Row:
    """`measure(row, context)` returns {contestant: [a dictionary for each round]}. The row's value is the median of
    `ours / rival` over the rounds, of the field `of`; if there is no rival it is the median of the field itself."""
    name: str
    title: str
    measure: object
    of: str = "cpu_s"
    rivals: tuple = ()
    required: float = None
    stretch: float = None
    limits: dict = dataclasses.field(default_factory=dict)  # rival: (required, stretch), if they differ
    seconds: float = 5
    stimulus: str = None
    hz: int = 60
    size: tuple = (1920, 1080)
    unit: str = "x"
    most_missed_pct: float = None  # by us
    largest_size: float = None  # of our file, beside the rival's

    def limit(self, rival):
        return self.limits.get(rival, (self.required, self.stretch))


@dataclasses.dataclass
class Context:
    rounds: int
    folder: str
    say: object


@contextlib.contextmanager
def _screen(row, size=None, stimulus=None):
    """An X server that shows the row's stimulus."""
    with XServer(size=size or row.size) as server:
        name = stimulus or row.stimulus
        if not name:
            yield server
            return
        with Stimulus(server, name, "--hz", str(row.hz)):
            yield server


def in_turn(context, contestants):
    """`contestants`: {name: function that returns a dictionary}."""
    results = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(context.rounds):
        order = names if number % 2 == 0 else names[::-1]
        for name in order:
            result = contestants[name]()
            results[name].append(result)
            context.say(f"  round {number + 1} of {context.rounds}, {name}: " +
                        ", ".join(f"{k} {v:.4g}" for k, v in result.items() if isinstance(v, float)))
    return results


def _file(context, name):
    return os.path.join(context.folder, name)


def _recording(context, server, command, path, frames):
    cost = run(command, server.env, server)
    seen = of_recording(path)
    complete = seen["frames"] == frames and seen["unreadable"] == 0
    result = {**cost.as_dict(), **seen, "bytes": os.path.getsize(path), "complete": complete}
    os.unlink(path)
    return result


def _our_recording(context, server, frames, *more, fps=60):
    path = _file(context, "ours.mp4")
    return _recording(context, server, [CLI, "record", "-q", "--fps", str(fps), "--frames", str(frames), "--encoder",
                                        "x264", "--preset", PRESET, "--crf", CRF, "--gop", GOP, *more, path], path, frames)


def _x11grab(server, size, fps):
    return ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "x11grab", "-framerate", str(fps), "-video_size",
            f"{size[0]}x{size[1]}", "-i", server.display, "-r", str(fps), "-fps_mode", "cfr"]


def _x11grab_recording(context, server, row, frames):
    path = _file(context, "ffmpeg.mp4")
    return _recording(context, server, [*_x11grab(server, row.size, 60), "-frames:v", str(frames), "-c:v", "libx264",
                                        "-preset", PRESET, "-crf", CRF, "-g", GOP, "-pix_fmt", "yuv420p", path], path,
                      frames)


def gstreamer_has(*elements):
    return shutil.which("gst-launch-1.0") is not None and all(
        subprocess.run(["gst-inspect-1.0", "--exists", each], check=False).returncode == 0 for each in elements)


def _gstreamer_recording(context, server, row, frames):
    path = _file(context, "gst.mkv")
    return _recording(context, server, ["gst-launch-1.0", "-q", "ximagesrc", "use-damage=false", f"num-buffers={frames}",
                                        f"display-name={server.display}", "!", "video/x-raw,framerate=60/1", "!",
                                        "videoconvert", "!", "x264enc", f"speed-preset={PRESET}", "pass=quant",
                                        f"quantizer={CRF}", f"key-int-max={GOP}", "!", "matroskamux", "!", "filesink",
                                        f"location={path}"], path, frames)


def encoder_alone(server, scene, size, frames):
    cost = run([os.environ["RUSTCAM_ENCODER_ALONE"], scene, f"{size[0]}x{size[1]}", 60, frames, PRESET, CRF, GOP],
               server.env, server)
    told = json.loads(cost.stdout)
    return {"cpu_s": told["cpu_s"], "wall_s": told["wall_s"], "bytes": told["bytes"], "frames": told["frames"],
            "complete": told["wall_s"] < frames / 60 * 1.1 + 0.2}


def record(row, context):
    frames = round(60 * row.seconds)
    with _screen(row) as server:
        contestants = {OURS: lambda: _our_recording(context, server, frames),
                       "ffmpeg": lambda: _x11grab_recording(context, server, row, frames),
                       ENCODER: lambda: encoder_alone(server, row.stimulus, row.size, frames)}
        if gstreamer_has("ximagesrc", "videoconvert", "x264enc", "matroskamux"):
            contestants["gstreamer"] = lambda: _gstreamer_recording(context, server, row, frames)
        return in_turn(context, contestants)


def vfr(row, context):
    frames = round(60 * row.seconds)

    def ours_vfr(server):
        path = _file(context, "vfr.mp4")
        cost = run([CLI, "record", "-q", "--vfr", "--json", "--fps", "60", "--frames", str(frames), "--encoder", "x264",
                    "--preset", PRESET, "--crf", CRF, "--gop", GOP, path], server.env, server)
        slots = json.loads(cost.stdout)["frames"]["slots"]
        os.unlink(path)
        return {**cost.as_dict(), "frames": slots, "complete": slots == frames}

    with _screen(row) as server:
        return in_turn(context, {OURS: lambda: ours_vfr(server),
                                 f"{OURS} CFR": lambda: _our_recording(context, server, frames)})


def raw_pipe(row, context):
    frames = round(row.hz * row.seconds)

    def piped(server, command):
        reader = RawReader(row.size)
        cost = run(command, server.env, server, reader)
        seen = reader.summary()
        return {**cost.as_dict(), **seen, "complete": seen["frames"] == frames and seen["unreadable"] == 0}

    with _screen(row) as server:
        contestants = {
            OURS: lambda: piped(server, [CLI, "record", "-q", "--fps", str(row.hz), "--frames", str(frames), "--format",
                                         "rawvideo", "--pixel-format", "bgra", "-"]),
            "ffmpeg": lambda: piped(server, [*_x11grab(server, row.size, row.hz), "-frames:v", str(frames), "-f",
                                             "rawvideo", "pipe:1"])}
        if gstreamer_has("ximagesrc", "fdsink"):
            contestants["gstreamer"] = lambda: piped(server, [
                "gst-launch-1.0", "-q", "ximagesrc", "use-damage=false", f"num-buffers={frames}",
                f"display-name={server.display}", "!", f"video/x-raw,framerate={row.hz}/1", "!", "fdsink", "fd=1"])
        return in_turn(context, contestants)


def shot(row, context):
    def picture(server, name, command):
        path = _file(context, f"{name}.png")
        cost = run([*command, path], server.env, server)
        return {**cost.as_dict(), "bytes": os.path.getsize(path), "complete": True}

    with _screen(row) as server:
        contestants = {OURS: lambda: picture(server, "ours", [CLI, "shot", "-q", "--no-cursor", "--force"])}
        if shutil.which("scrot"):
            contestants["scrot"] = lambda: picture(server, "scrot", ["scrot", "-o"])
        if shutil.which("maim"):
            contestants["maim"] = lambda: picture(server, "maim", ["maim", "--hidecursor"])
        results = in_turn(context, contestants)
        for rival in contestants.keys() - {OURS}:
            if not same_pixels(_file(context, "ours.png"), _file(context, f"{rival}.png")):
                raise RuntimeError(f"{OURS} and {rival} did not show the same pixels")
        return results


def start(row, context):
    """Ours includes writing a picture of 16x16 pixels, and so is more than the start alone."""
    path = _file(context, "start.ppm")
    scrot = _file(context, "start.png")
    with _screen(row) as server:
        return in_turn(context, {
            OURS: lambda: {**run([CLI, "shot", "-q", "--region", "0,0,16,16", "--force", path], server.env,
                                 server).as_dict(), "complete": True},
            "scrot": lambda: {**run(["scrot", "-o", scrot], server.env, server).as_dict(), "complete": True}})


def pacing(row, context):
    path = _file(context, "pacing.mp4")

    def once(server):
        cost = run([CLI, "record", "-q", "--json", "--force", "--fps", str(row.hz), "--duration", str(row.seconds),
                    "--encoder", "x264", "--preset", PRESET, path], server.env, server)
        told = json.loads(cost.stdout)
        return {**cost.as_dict(), "p50_us": told["pacing_us"]["p50"], "p99_us": told["pacing_us"]["p99"],
                "max_us": told["pacing_us"]["max"], "late": told["frames"]["late"],
                "complete": told["frames"]["slots"] == round(row.hz * row.seconds)}

    with _screen(row) as server:
        return in_turn(context, {OURS: lambda: once(server)})


def four_k(row, context):
    """How our cost grows from 1080p to 2160p, beside how the encoder's does; the window that moves is the same."""
    frames = round(60 * row.seconds)
    sizes = {"1080p": (1920, 1080), "2160p": (3840, 2160)}
    with contextlib.ExitStack() as stack:
        servers = {k: stack.enter_context(XServer(size=size)) for k, size in sizes.items()}

        def ours():
            return grown(lambda k, count: _our_recording(context, servers[k], count))

        def encoder():
            return grown(lambda k, count: {**encoder_alone(servers[k], row.stimulus, sizes[k], count),
                                           "missed_pct": None})

        def grown(measure):
            both = {}
            for k in sizes:
                with Stimulus(servers[k], row.stimulus, "--hz", "60"):
                    both[k] = measure(k, frames)
            return {"growth": both["2160p"]["cpu_s"] / both["1080p"]["cpu_s"],
                    **{f"cpu_{k}_s": both[k]["cpu_s"] for k in sizes}, "missed_pct": both["2160p"]["missed_pct"],
                    "complete": all(each["complete"] for each in both.values())}

        return in_turn(context, {OURS: ours, ENCODER: encoder})


_ALONE = {ENCODER: (1.20, 1.10), "gstreamer": (None, None)}

ROWS = [
    Row("record-mover", "record mover 60 fps, x264 ultrafast", record, rivals=("ffmpeg", "gstreamer", ENCODER),
        required=0.62, stretch=0.55, limits=_ALONE, stimulus="mover"),
    Row("record-static", "record a still screen 60 fps, x264 ultrafast", record, rivals=("ffmpeg", "gstreamer", ENCODER),
        required=0.58, stretch=0.50, limits=_ALONE, stimulus="static"),
    Row("record-flip", "record flip_demo 60 fps, x264 ultrafast", record, rivals=("ffmpeg", "gstreamer", ENCODER),
        required=0.70, stretch=0.60, limits=_ALONE, stimulus="flip_demo"),
    Row("record-vfr", "record --vfr of a still screen", vfr, rivals=(f"{OURS} CFR",), required=0.05, seconds=60,
        stimulus="static"),
    Row("raw-pipe", "raw BGRA pipe, flip_demo 120 fps", raw_pipe, rivals=("ffmpeg", "gstreamer"), required=1.0, stretch=0.8,
        limits={"gstreamer": (None, None)}, stimulus="flip_demo", hz=120, most_missed_pct=0),
    Row("shot-text", "shot to PNG, a screen full of text", shot, of="wall_s", rivals=("scrot", "maim"), required=0.5,
        stretch=0.3, stimulus="static", largest_size=1.05),
    Row("shot-gradient", "shot to PNG, a gradient", shot, of="wall_s", rivals=("scrot", "maim"), required=0.5,
        stretch=0.3, stimulus="gradient", hz="1/1000", largest_size=1.05),
    Row("start", "start to the first frame", start, of="wall_s", rivals=("scrot",), required=0.5, stimulus="static"),
    Row("four-k", "growth from 1080p to 2160p, record mover 60 fps", four_k, of="growth", rivals=(ENCODER,), required=1.0,
        stimulus="mover"),
    Row("pacing-60", "pacing at 60 fps, p99", pacing, of="p99_us", required=300, stretch=150, stimulus="static", hz=60,
        unit="µs"),
    Row("pacing-144", "pacing at 144 fps, p99", pacing, of="p99_us", required=300, stretch=150, stimulus="static",
        hz=144, unit="µs"),
]


def median(runs, field):
    values = [each[field] for each in runs if each.get(field) is not None]
    return statistics.median(values) if values else None


def evaluate(row, results):
    """What the rounds say: medians for each contestant and, for each rival, the median of the ratios of pairs."""
    contestants = {}
    for name, runs in results.items():
        fields = {k for each in runs for k, v in each.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
        contestants[name] = {"median": {k: median(runs, k) for k in sorted(fields)}, "runs": runs}
    comparisons = []
    for rival in [each for each in row.rivals if each in results] or [None]:
        pairs = list(zip(results[OURS], results[rival])) if rival else [(each, None) for each in results[OURS]]
        counted = [(a, b) for a, b in pairs if a["complete"] and (b is None or b["complete"])]
        values = [a[row.of] / b[row.of] if b else a[row.of] for a, b in counted]
        required, stretch = row.limit(rival)
        value = statistics.median(values) if values else None
        comparison = {"rival": rival, "of": row.of, "unit": row.unit, "value": value, "pairs": values,
                      "left_out": len(pairs) - len(counted), "required": required, "stretch": stretch}
        if row.largest_size is not None and rival:
            comparison["size_ratio"] = statistics.median(a["bytes"] / b["bytes"] for a, b in counted)
        comparison["verdict"] = _verdict(row, comparison, contestants[OURS]["median"].get("missed_pct"))
        comparisons.append(comparison)
    return {"row": row.name, "title": row.title, "seconds": row.seconds, "contestants": contestants,
            "comparisons": comparisons}


def _verdict(row, comparison, missed_pct):
    value, required, stretch = comparison["value"], comparison["required"], comparison["stretch"]
    if value is None:
        return "not measured"
    if required is None:
        return "compared"
    if row.most_missed_pct is not None and missed_pct > row.most_missed_pct:
        return "not reached"
    if comparison.get("size_ratio", 0) > (row.largest_size or 0):
        return "not reached"
    if stretch is not None and value <= stretch:
        return "stretch"
    return "reached" if value <= required else "not reached"
