"""Encoders, containers and pixel formats in every combination that help offers: each is recorded, and read back by FFmpeg, or it is
wrong usage that says what would do."""

import concurrent.futures
import dataclasses
import itertools
import json
import os
import re
import subprocess
import tempfile

import numpy as np
from cli_driver import CLI, SLOW, environment, ok

FRAMES = 3
SIZE = (96, 64)
FORMATS = {"bgr": "bgr24", "rgb": "rgb24"}
"""FFmpeg's names, if ours differ."""

HOLDS = {
    "h264": {"mp4", "mov", "matroska", "nut", "mpegts"},
    "hevc": {"mp4", "mov", "matroska", "nut", "mpegts"},
    "av1": {"mp4", "matroska", "webm", "nut"},
    "vp9": {"mp4", "matroska", "webm", "nut"},
    "vp8": {"matroska", "webm", "nut"},
    "mpeg4": {"mp4", "mov", "matroska", "nut", "mpegts"},
    "mpeg2video": {"mp4", "mov", "matroska", "nut", "mpegts"},
    "mpeg1video": {"mp4", "mov", "matroska", "nut", "mpegts"},
    "mjpeg": {"mp4", "mov", "matroska", "nut"},
    "gif": {"gif"},
    "rawvideo": {"mov", "matroska", "nut", "rawvideo", "y4m"},
}
"""What can be read back, of codecs about which every FFmpeg that we build with agrees."""

TAGS = {"h264": "avc1", "hevc": "hvc1", "av1": "av01", "vp9": "vp09"}
"""In MP4's family, as players ask for them."""


@dataclasses.dataclass(frozen=True)
class Combination:
    encoder: str
    container: str
    pixels: str | None = None  # None: not asked for

    def __str__(self):
        return f"--encoder {self.encoder} --format {self.container}" + (f" --pixel-format {self.pixels}" if self.pixels else "")


@dataclasses.dataclass
class Outcome:
    refused: str | None = None  # the reason, or None
    faults: list = dataclasses.field(default_factory=list)
    codec: str | None = None


def offered():
    """The encoders that open here, all containers and all pixel formats, as the program itself lists them."""
    fish = ok("completion", "fish").stdout.decode()

    def values(option):
        [line] = [each for each in fish.splitlines() if f"_at record' -l {option} -x -a" in each]
        return re.search(r"-a '([^']*)'", line)[1].split()

    listed = json.loads(ok("list", "encoders", "--json").stdout)["encoders"]
    opens = {each["name"]: each["opens"] for each in listed}
    named = [each for each in values("encoder") if opens.get({"x264": "libx264", "nvenc": "h264_nvenc"}.get(each, each), each == "auto")]
    encoders = dict.fromkeys([*named, *(name for name, yes in opens.items() if yes)])
    return list(encoders), values("format"), values("pixel-format")


def _streams(path, args):
    result = subprocess.run(["ffprobe", "-v", "error", *args, "-count_frames", "-show_streams", "-of", "json", path],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return json.loads(result.stdout or b"{}").get("streams", []), result.stderr.decode()


def _picture(path, args):
    """The last frame as RGB by FFmpeg's reading."""
    out = subprocess.run(["ffmpeg", "-v", "error", *args, "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(out, np.uint8).reshape(-1, SIZE[1], SIZE[0], 3)[-1].astype(int)


def _colour_fault(combination, path, args, reference):
    shown = _picture(path, args)
    if combination.pixels == "gray":
        shown, reference = shown.mean(axis=2), reference @ np.array([0.2126, 0.7152, 0.0722])
    # A wrong range shifts the mean by 8 or more, swapped channels or a wrong layout much more. y4m tells no matrix.
    off = np.abs(shown.mean(axis=(0, 1)) - reference.mean(axis=(0, 1))).max()
    return [f"the colours are off by {off:.1f}"] if off > (12 if combination.container == "y4m" else 6) else []


def _faults(combination, path, document, reference):
    raw = combination.container == "rawvideo"
    args = []
    if raw:
        pixels = combination.pixels or "bgra"
        args = ["-f", "rawvideo", "-video_size", f"{SIZE[0]}x{SIZE[1]}", "-pixel_format", FORMATS.get(pixels, pixels), "-framerate", "25"]
    streams, complaint = _streams(path, args)
    if complaint or len(streams) != 1:
        return [f"it does not play: {complaint}"], None
    [stream] = streams
    faults, codec = [], stream["codec_name"]
    samples = FRAMES - (0 if combination.container in ("rawvideo", "y4m") else document["frames"]["unencoded"])
    if int(stream["nb_read_frames"]) != samples:
        faults.append(f"{stream['nb_read_frames']} frames, not {samples}")
    if (stream["width"], stream["height"]) != SIZE:
        faults.append(f"{stream['width']}x{stream['height']}")
    if combination.container in ("mp4", "mov") and codec in TAGS and stream["codec_tag_string"] != TAGS[codec]:
        faults.append(f"the tag {stream['codec_tag_string']}")
    if combination.pixels:
        wanted = combination.pixels.replace("yuvj", "yuv")
        found = stream["pix_fmt"].replace("yuvj", "yuv")
        if found not in (wanted, FORMATS.get(wanted), "yuv420p" if wanted == "nv12" else None):
            faults.append(f"the pixel format {stream['pix_fmt']}")
    return faults + _colour_fault(combination, path, args, reference), codec


def try_out(combination, reference):
    """Records it in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "made")
        more = ["--pixel-format", combination.pixels] if combination.pixels else []
        result = subprocess.run([CLI, "record", "--backend", "virtual", "-o", f"static@{SIZE[0]}x{SIZE[1]}@25", "--fps", "25",
                                 "--frames", str(FRAMES), "--json", "--on-full", "wait", "--encoder", combination.encoder,
                                 "--format", combination.container, *more, path], env=environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120 * SLOW)
        said = result.stderr.decode()
        if result.returncode == 2:
            faults = [f"left {os.listdir(folder)}"] if os.listdir(folder) else []
            if said.count("\n") != 1 or not said.startswith("rustcam-cli: error: "):
                faults.append(f"not one line: {said!r}")
            return Outcome(refused=said, faults=faults)
        if result.returncode != 0:
            return Outcome(faults=[f"exit status {result.returncode}: {said}"])
        faults, codec = _faults(combination, path, json.loads(result.stdout), reference)
        return Outcome(faults=faults + ([f"it said: {said}"] if said.startswith("Svt") or "[" in said else []), codec=codec)


def reference_picture():
    """What is on the virtual screen, without an encoder."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "made.png")
        ok("shot", "--backend", "virtual", "-o", f"static@{SIZE[0]}x{SIZE[1]}@25", path)
        return _picture(path, [])


def try_all(combinations):
    """{combination: outcome}, two at a time."""
    reference = reference_picture()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(combinations, pool.map(lambda each: try_out(each, reference), combinations)))


def every(encoders, containers, formats):
    return [Combination(*each) for each in itertools.product(encoders, containers, [None, *formats])]


def each_pair(encoders, containers, formats):
    """Outcomes that hold each pair of encoder, container and pixel format once, the third being one that goes with them."""
    done = try_all([Combination(e, c) for e in encoders for c in containers])
    holds = {e: [c for c in containers if done[Combination(e, c)].refused is None] for e in encoders}
    rows = [Combination(e, holds[e][n % len(holds[e])], p) for n, (e, p) in enumerate(itertools.product(encoders, formats)) if holds[e]]
    done.update(try_all(rows))
    rest = []
    for n, (container, pixels) in enumerate(itertools.product(containers, formats)):
        takes = [row.encoder for row in rows if row.pixels == pixels and done[row].refused is None and container in holds[row.encoder]]
        if container in holds["rawvideo"]:
            takes.append("rawvideo")
        rest.append(Combination(takes[n % len(takes)] if takes else "auto", container, pixels))
    done.update(try_all([each for each in rest if each not in done]))
    return done
