"""Runs one program and tells what it cost; reads from what it wrote what it missed."""

import dataclasses
import os
import pathlib
import subprocess
import tempfile
import time

import numpy as np

from rustcam_testing import READ_BARCODES, ffprobe, spawn

# The barcode of every screen from 512x160 to 2559 wide fits, and that of larger ones.
CORNER = (288, 96)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Cost:
    """What one process and its children took."""
    status: int
    wall_s: float
    cpu_s: float
    peak_rss_bytes: int
    server_cpu_s: float
    stdout: bytes = b""
    stderr: bytes = b""

    def as_dict(self):
        fields = {k: round(v, 6) for k, v in dataclasses.asdict(self).items() if k.endswith("_s")}
        return {**fields, "peak_rss_bytes": self.peak_rss_bytes}


def _server_cpu_s(server):
    if server is None:
        return 0.0
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def run(command, env, server=None, reader=None, fds=()):
    """`fds` stay open in it. `reader(pipe)` is given what the program writes to its standard output; without one it is kept."""
    with tempfile.NamedTemporaryFile("r") as memory:
        before = _server_cpu_s(server)
        begun = time.monotonic()
        # Started from Python, a program would have Python's memory for its peak: `time` is small.
        process = spawn(["/usr/bin/time", "-q", "-f", "%M", "-o", memory.name, *command], env=env,
                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, pass_fds=fds)
        written = reader(process.stdout) if reader else process.stdout.read()
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        process.stderr.close()
        peak = int(memory.read().split()[-1]) * 1024
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit status {process.returncode}: {errors.decode()[-500:]}")
    return Cost(process.returncode, wall, usage.ru_utime + usage.ru_stime, peak, _server_cpu_s(server) - before,
                written if isinstance(written, bytes) else b"", errors)


def missed(numbers):
    """Percent of the frames presented between the first and the last one read that are not there; null if
    nothing was presented."""
    read = [n for n in numbers if n is not None]
    presented = captured = 0
    for before, after in zip(read, read[1:]):
        if after > before:
            presented += after - before
            captured += 1
    return 100 * (presented - captured) / presented if presented else None


def read_numbers(gray_corners):
    out = subprocess.run([READ_BARCODES, *map(str, CORNER)], input=gray_corners, stdout=subprocess.PIPE,
                         check=True).stdout.decode().split()
    return [None if each == "-" else int(each) for each in out]


def numbers_of_recording(path, *input_options):
    """The number that each frame of a file shows; None for one that cannot be read."""
    corners = subprocess.run(["ffmpeg", "-v", "error", *input_options, "-i", str(path), "-fps_mode", "passthrough", "-vf",
                              f"crop={CORNER[0]}:{CORNER[1]}:0:0", "-f", "rawvideo", "-pix_fmt", "gray", "-"],
                             stdout=subprocess.PIPE, check=True).stdout
    return read_numbers(corners)


def of_recording(path):
    """Frames, those without a readable number, and what is missed, of a file."""
    return _summary(numbers_of_recording(path))


def _summary(numbers):
    return {"frames": len(numbers), "unreadable": sum(n is None for n in numbers), "missed_pct": missed(numbers)}


class RawReader:
    """Reads packed 32-bit frames as fast as they come, and keeps the corner with the number of each."""

    def __init__(self, size):
        self.width, self.height = size
        self.corners = []

    def __call__(self, pipe):
        frame = np.empty((self.height, self.width, 4), np.uint8)
        whole = memoryview(frame).cast("B")
        while True:
            at = 0
            while at < len(whole):
                got = pipe.readinto(whole[at:])
                if not got:
                    return None
                at += got
            self.corners.append(frame[:CORNER[1], :CORNER[0], 1].copy())

    def summary(self):
        return _summary(read_numbers(b"".join(each.tobytes() for each in self.corners)))


def same_pixels(path, other):
    """True if two pictures show the same colours."""
    def pixels(picture):
        return subprocess.run(["ffmpeg", "-v", "error", "-i", str(picture), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                              stdout=subprocess.PIPE, check=True).stdout
    return ffprobe(path)["width"] == ffprobe(other)["width"] and pixels(path) == pixels(other)
