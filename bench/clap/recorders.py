"""The recorders that are held against the board: each records `seconds` of the screen and the sound of `where`."""

import dataclasses
import json
import signal
import subprocess
import time

from rustcam_testing import CLI, end, spawn


@dataclasses.dataclass
class Where:
    env: dict
    size: tuple
    fps: str
    source: str     # of the sound server
    microphone: bool
    wayland: bool


class Recorder:
    """`process` from start() on; wait() returns what it told of itself."""

    timestamps = None

    def __init__(self, where, path, seconds):
        self.where, self.path, self.seconds = where, path, seconds
        self.process = None

    def start(self):
        self.process = spawn(self.command(), env=self.where.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)

    def wait(self):
        out, errors = self.process.communicate(timeout=self.seconds + 120)
        if self.process.returncode != 0:
            raise RuntimeError(errors.decode()[-1500:])
        return self.told(out)

    def told(self, _):
        return {}


class Ours(Recorder):
    def __init__(self, where, path, seconds):
        super().__init__(where, path, seconds)
        self.timestamps = path + ".jsonl"

    def command(self):
        return [CLI, "record", self.path, "--force", "--fps", self.where.fps, "--duration", self.seconds, "--preset", "ultrafast",
                "-a", "mic" if self.where.microphone else "desktop", "--timestamps", self.timestamps, "--json"]

    def told(self, out):
        statistics = json.loads(out)
        return {"audio": statistics.get("audio"), "warnings": [each.get("code") for each in statistics.get("warnings", [])]}


class Ffmpeg(Recorder):
    def command(self):
        return ["ffmpeg", "-v", "error", "-y", "-f", "x11grab", "-framerate", self.where.fps, "-video_size",
                f"{self.where.size[0]}x{self.where.size[1]}", "-i", self.where.env["DISPLAY"], "-f", "pulse", "-i",
                self.where.source, "-t", self.seconds, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
                self.path]


class WfRecorder(Recorder):
    """Ends by a signal only."""

    def command(self):
        return ["wf-recorder", "-y", f"-a{self.where.source}", "-c", "libx264", "-p", "preset=ultrafast", "-f", self.path]

    def wait(self):
        time.sleep(self.seconds)
        end(self.process, signal.SIGINT)
        return {}


RECORDERS = {"rustcam-cli": Ours, "ffmpeg": Ffmpeg, "wf-recorder": WfRecorder}
