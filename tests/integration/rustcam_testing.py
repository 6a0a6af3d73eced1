"""X servers, screens and recordings for the integration tests: everything that is started here is
ended here, by its process id, and lives in folders of its own."""

import ctypes
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import tempfile
import time

import numpy as np

CLI = os.environ.get("RUSTCAM_CLI", "rustcam-cli")
READ_BARCODES = os.environ.get("RUSTCAM_READ_BARCODES") or str(
    pathlib.Path(CLI).parent.parent / "tests" / "support" / "read_barcodes")
SANITIZE = os.environ.get("RUSTCAM_SANITIZE", "")
SLOW = 5 if SANITIZE else 1
"""Sanitised programs get this many times the patience."""

_PR_SET_PDEATHSIG = 1

_DUMMY_CONFIG = """
Section "ServerFlags"
  Option "AutoAddDevices" "false"
EndSection
Section "Device"
  Identifier "device"
  Driver "dummy"
  VideoRam 256000
EndSection
Section "Screen"
  Identifier "screen"
  Device "device"
  DefaultDepth {depth}
  SubSection "Display"
    Depth {depth}
    Virtual 4096 2160
  EndSubSection
EndSection
"""


def _die_with_us():
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def spawn(command, **more):
    """A process that does not outlive this one."""
    return subprocess.Popen([str(each) for each in command], preexec_fn=_die_with_us, **more)


def end(process, number=signal.SIGKILL, patience=20):
    """Ends a process by its id and waits; returns its exit status."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            return process.wait(patience * SLOW)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


class XServer:
    """Xvfb (kind "xvfb"), or Xorg with its dummy driver (kind "dummy": outputs DUMMY0 to DUMMY15,
    DUMMY0 on at 1024x768), on a display number that it chooses itself."""

    def __init__(self, kind="xvfb", size=(1920, 1080), depth=24, args=()):
        self.folder = tempfile.mkdtemp(prefix="rustcam-x-")
        self.size = size
        reading, writing = os.pipe()
        if kind == "dummy":
            config = os.path.join(self.folder, "dummy.conf")
            pathlib.Path(config).write_text(_DUMMY_CONFIG.format(depth=depth), encoding="ascii")
            command = ["Xorg", "-displayfd", writing, "-config", config, "-logfile",
                       os.path.join(self.folder, "xorg.log"), "-nolisten", "tcp", "-noreset", "-novtswitch", "-sharevts"]
        else:
            command = ["Xvfb", "-displayfd", writing, "-noreset", "-screen", "0", f"{size[0]}x{size[1]}x{depth}"]
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.process = spawn([*command, *args], pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        os.close(writing)
        number = self._read_number(reading)
        os.close(reading)
        if not number:
            self.stop()
            raise RuntimeError("the X server did not start")
        self.display = f":{number}"

    @staticmethod
    def _read_number(fd):
        text = b""
        until = time.monotonic() + 60
        while not text.endswith(b"\n"):
            if not select.select([fd], [], [], max(0, until - time.monotonic()))[0]:
                return ""
            more = os.read(fd, 64)
            if not more:
                return ""
            text += more
        return text.decode().strip()

    @property
    def env(self):
        """The environment of a program on this display."""
        return environment(DISPLAY=self.display)

    def run(self, *command):
        """Runs an X tool (xrandr, xdotool, xsetroot) on this display; returns its output."""
        return subprocess.run([str(each) for each in command], env=self.env, check=True, stdout=subprocess.PIPE,
                              timeout=60 * SLOW).stdout

    def add_output(self, index, mode, position, of=None):
        """kind "dummy": switches DUMMY<index> on (mode "800x600", position "--right-of", of "DUMMY0")."""
        if index:
            self.run("xrandr", "--addmode", f"DUMMY{index}", mode)
        place = [position, of] if of else ["--pos", position]
        self.run("xrandr", "--output", f"DUMMY{index}", "--mode", mode, *place)

    def grab(self):
        """The screen by another program's eyes (xwd), as an array [y, x, (r, g, b)]."""
        return parse_xwd(self.run("xwd", "-root", "-silent"))

    def stop(self):
        end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def parse_xwd(data):
    """XWD version 7, 32 bits a pixel: header fields are big-endian 32-bit numbers."""
    header = np.frombuffer(data[:100], ">u4")
    header_size, version, _, depth, width, height = (int(each) for each in header[:6])
    byte_order, bits, stride, colors = int(header[7]), int(header[11]), int(header[12]), int(header[19])
    assert (version, depth, bits, byte_order) == (7, 24, 32, 0)
    start = header_size + 12 * colors
    rows = np.frombuffer(data, np.uint8, height * stride, start).reshape(height, stride)
    return rows[:, :width * 4].reshape(height, width, 4)[:, :, 2::-1]


def environment(**changes):
    """Ours, without a display unless one is given; None removes a variable."""
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE")}
    env.update(changes)
    return {k: v for k, v in env.items() if v is not None}


def run_cli(*args, env=None, timeout=120, **more):
    """Runs rustcam-cli to its end; stdout and stderr are bytes."""
    return subprocess.run([CLI, *map(str, args)], env=env or environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout * SLOW, **more)


def ok_cli(*args, **more):
    """The same, and it must succeed."""
    result = run_cli(*args, **more)
    assert result.returncode == 0, result.stderr.decode()
    return result


def json_cli(*args, **more):
    """What it wrote to stdout as one JSON document."""
    return json.loads(ok_cli(*args, **more).stdout)


def start_cli(*args, env=None, **more):
    more.setdefault("stdin", subprocess.DEVNULL)
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    return spawn([CLI, *args], env=env or environment(), **more)


class Stimulus:
    """`rustcam-cli stimulus` on a display, from its first picture on."""

    def __init__(self, server, name, *args):
        before = server.grab()
        self.process = start_cli("stimulus", name, *args, env=server.env)
        wait_until(lambda: not np.array_equal(server.grab(), before), what="the stimulus' first picture",
                   alive=self.process)

    def stop(self):
        end(self.process, signal.SIGTERM)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def wait_until(condition, seconds=30, what="it", alive=None):
    """Polls until `condition()` holds; fails when it takes too long or the process `alive` has ended."""
    until = time.monotonic() + seconds * SLOW
    while not condition():
        assert time.monotonic() < until, f"{what} did not happen"
        assert alive is None or alive.poll() is None, f"{what}: the process has ended: {alive.stderr.read()}"
        time.sleep(0.02)


def in_a_calm_run(check, runs=4):
    """A machine that stalls at the edge of the counted time shows there what was presented before or after: one run of
    several has to do."""
    for left in reversed(range(runs)):
        try:
            return check()
        except AssertionError:
            if left == 0:
                raise


def holds_something(path, more_than=0):
    """Whether so many bytes of a recording are in its file. (Whether a file can be made there is tried before, with an empty
    one that goes again.)"""
    try:
        return path.stat().st_size > more_than
    except FileNotFoundError:
        return False


def ffprobe(path):
    """The first video stream with its frames counted by decoding, as ffprobe's own fields."""
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames", "-show_streams", "-of",
                          "json", str(path)], stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out)["streams"][0]


def time_stamps(path):
    """The presentation times of all frames in the stream's own ticks, and the ticks' length as (num, den)."""
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                          "stream=time_base:packet=pts", "-of", "json", str(path)], stdout=subprocess.PIPE,
                         check=True).stdout
    document = json.loads(out)
    num, den = document["streams"][0]["time_base"].split("/")
    return sorted(int(each["pts"]) for each in document["packets"]), (int(num), int(den))


def decode(path, pixel_format="rgb24", args=()):
    """All frames as FFmpeg decodes them, told nothing but the file: an array [n, y, x, channel] (gray: [n, y, x])."""
    stream = ffprobe(path)
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), *args, "-fps_mode", "passthrough", "-f", "rawvideo",
                          "-pix_fmt", pixel_format, "-"], stdout=subprocess.PIPE, check=True).stdout
    channels = {"gray": 1, "rgb24": 3, "bgr24": 3, "bgra": 4, "rgba": 4}[pixel_format]
    frames = np.frombuffer(raw, np.uint8).reshape(-1, stream["height"], stream["width"], channels)
    return frames[..., 0] if channels == 1 else frames


def picture(path, pixel_format="rgb24"):
    """A still picture as an array [y, x, channel]."""
    return decode(path, pixel_format)[0]


def barcodes(path):
    """The frame number that each frame of a recording shows; None if none can be read."""
    stream = ffprobe(path)
    with subprocess.Popen(["ffmpeg", "-v", "error", "-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo",
                           "-pix_fmt", "gray", "-"], stdout=subprocess.PIPE) as decoder:
        out = subprocess.run([READ_BARCODES, str(stream["width"]), str(stream["height"])], stdin=decoder.stdout,
                             stdout=subprocess.PIPE, check=True).stdout.decode().split()
    return [None if each == "-" else int(each) for each in out]
