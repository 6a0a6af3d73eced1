"""Sound servers for the tests, each in a folder of its own and without any hardware: PulseAudio, and PipeWire with WirePlumber
and pipewire-pulse. Known to work with those of Debian 12 (16.1; 0.3.65 with 0.4.13)."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np
from rustcam_testing import CLI, SLOW, end, environment, spawn, wait_until

_PLAYER = pathlib.Path(__file__).with_name("sound_player.py")
_BLOCKS = os.environ.get("RUSTCAM_SOUND_BLOCKS") or str(
    pathlib.Path(CLI).resolve().parent.parent / "tests" / "support" / "sound_blocks")

_PULSE_TOOLS = ("pulseaudio", "pactl")
_PIPEWIRE_TOOLS = ("pipewire", "wireplumber", "pipewire-pulse", "pw-metadata", "dbus-daemon", "pactl")
# Of PipeWire's graph, in samples: a fixed one, so that the player knows what its server leaves out.
_CYCLE = 256


def missing(kind):
    """What of a bed is not installed; empty if it can run."""
    return [each for each in (_PULSE_TOOLS if kind == "pulse" else _PIPEWIRE_TOOLS) if not shutil.which(each)]


def take_real_time_priority(process=0):
    """Of a process that has just begun, for all its threads to come. False if the system refuses."""
    try:
        os.sched_setscheduler(process, os.SCHED_FIFO, os.sched_param(10))
    except PermissionError:
        return False
    return True


class SoundBed:
    """A sound server with the null sinks `null1` (48 kHz, the default, "First") and `null2` (44.1 kHz, "Second"). `kind` is
    "pulse" or "pipewire". `real_time`: with the priority that a desktop's system gives it, if that can be had here."""

    def __init__(self, kind="pulse", real_time=False):
        self.kind = kind
        self.real_time = real_time
        self.folder = tempfile.mkdtemp(prefix="rustcam-sound-")
        self.runtime = os.path.join(self.folder, "run")
        self.home = os.path.join(self.folder, "home")
        for each in (self.runtime, self.home):
            os.mkdir(each, 0o700)
        self.processes = []
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    @property
    def env(self):
        """The environment of a program that plays or records here."""
        return environment(PULSE_SERVER=f"unix:{self.runtime}/pulse/native", HOME=self.home, XDG_RUNTIME_DIR=self.runtime,
                           XDG_CONFIG_HOME=None, PULSE_RUNTIME_PATH=None, PULSE_SINK=None, PULSE_SOURCE=None,
                           PULSE_LATENCY_MSEC=None, SOUND_PLAYER_HANDED_ON=str(_CYCLE) if self.kind == "pipewire" else None, DBUS_SESSION_BUS_ADDRESS=f"unix:path={self.runtime}/bus",
                           PYTHONDONTWRITEBYTECODE="1")

    def _spawn(self, *command):
        server_env = {k: v for k, v in self.env.items() if k != "PULSE_SERVER"}
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.processes.append(spawn(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=server_env))
        if self.real_time:
            take_real_time_priority(self.processes[-1].pid)

    def _await(self, condition, what):
        try:
            wait_until(condition, seconds=60, what=what)
        except AssertionError as error:
            log = pathlib.Path(self.folder, "log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"{what} failed: {log[-2000:]}") from error

    def start(self):
        """Also after kill(): the same devices under the same names."""
        shutil.rmtree(os.path.join(self.runtime, "pulse"), ignore_errors=True)
        if self.kind == "pulse":
            self._spawn("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", "--use-pid-file=no",
                        "-L", "module-native-protocol-unix auth-anonymous=1")
        else:
            for left in pathlib.Path(self.runtime).glob("pipewire-0*"):
                left.unlink()
            pathlib.Path(self.runtime, "bus").unlink(missing_ok=True)
            self._spawn("dbus-daemon", "--session", "--nofork", f"--address=unix:path={self.runtime}/bus")
            self._await(lambda: os.path.exists(os.path.join(self.runtime, "bus")), "D-Bus' start")
            self._spawn("pipewire")
            self._await(lambda: os.path.exists(os.path.join(self.runtime, "pipewire-0")), "PipeWire's start")
            self._spawn("wireplumber")
            self._spawn("pipewire-pulse")
        self._await(lambda: self._try("info") is not None, f"{self.kind}'s start")
        if self.kind == "pipewire":
            subprocess.run(["pw-metadata", "-n", "settings", "0", "clock.force-quantum", str(_CYCLE)], env=self.env, check=True,
                           stdout=subprocess.DEVNULL, timeout=60 * SLOW)
        self.add_sink("null1", 48000, "First")
        self.add_sink("null2", 44100, "Second")
        self.make_default("null1")

    def _try(self, *command):
        done = subprocess.run(["pactl", *command], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              timeout=60 * SLOW, check=False)
        return done.stdout.decode() if done.returncode == 0 else None

    def control(self, *command):
        """As `pactl COMMAND`; returns what it prints."""
        answer = self._try(*command)
        assert answer is not None, f"pactl {command}"
        return answer

    def _has(self, kind, name):
        return any(line.split("\t")[1] == name for line in self.control("list", "short", kind).splitlines())

    def add_sink(self, name, rate=48000, description=None):
        """Returns the module's number, for remove()."""
        shown = f"sink_properties=device.description={description or name}"
        module = self.control("load-module", "module-null-sink", f"sink_name={name}", f"rate={rate}", shown).strip()
        self._await(lambda: self._has("sinks", name) and self._has("sources", f"{name}.monitor"), f"the sink {name}")
        return module

    def add_microphone(self, name="mic1", rate=48000):
        """A microphone that hears what is written to a pipe as 16-bit mono; returns its path. It becomes the default one."""
        path = os.path.join(self.folder, name)
        self.control("load-module", "module-pipe-source", f"source_name={name}", f"file={path}", "format=s16le",
                     f"rate={rate}", "channels=1")
        self._await(lambda: self._has("sources", name), f"the microphone {name}")
        self.control("set-default-source", name)
        self._await(lambda: self.control("get-default-source").strip() == name, f"the default source {name}")
        return path

    def remove(self, module):
        self.control("unload-module", module)

    def make_default(self, sink):
        self.control("set-default-sink", sink)
        self._await(lambda: self.control("get-default-sink").strip() == sink, f"the default sink {sink}")

    def freeze(self):
        """No answers any more, until thaw()."""
        for each in self.processes:
            each.send_signal(signal.SIGSTOP)

    def thaw(self):
        for each in self.processes:
            if each.poll() is None:
                each.send_signal(signal.SIGCONT)

    def kill(self):
        for each in reversed(self.processes):
            end(each)
        self.processes = []

    def stop(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def play(self, **what):
        return Playing(self, **what)


class Playing:
    """sound_player.py as a program of its own: `name`, `sink`, `tone` (Hz), `bursts`; `bursts_ns` after stop()."""

    def __init__(self, bed, **what):
        words = [word for key, value in what.items() if value is not False
                 for word in ([f"--{key}"] if value is True else [f"--{key}", str(value)])]
        self.process = spawn([sys.executable, _PLAYER, *words], env=bed.env, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE)
        self.bursts_ns = []
        name = what.get("name", "player")
        wait_until(lambda: f'application.name = "{name}"' in bed.control("list", "sink-inputs"), seconds=60,
                   what=f"{name}'s first sound")

    def stop(self):
        end(self.process, signal.SIGTERM)
        for line in self.process.stdout.read().splitlines():
            self.bursts_ns.append(json.loads(line)["at_ns"])
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def blocks_tool(*words, env):
    """sound_blocks run to its end; returns its lines."""
    done = subprocess.run([_BLOCKS, *map(str, words)], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120 * SLOW, check=False)
    assert done.returncode == 0 and not done.stderr, (done.returncode, done.stderr.decode())
    return [json.loads(line) for line in done.stdout.splitlines()]



class Taken:
    """What a source gave: `opened`, `end` (the last event that is no block, or None), and its samples with their times."""

    def __init__(self, lines, path):
        self.lines = lines
        self.opened = next((each for each in lines if each["event"] == "open"), None)
        self.blocks = [each for each in lines if each["event"] == "block"]
        self.end = next((each for each in lines if each["event"] not in ("open", "block", "stop")), None)
        if not self.opened:
            return
        self.rate = self.opened["rate"]
        self.samples = np.fromfile(path, "<f4").reshape(-1, self.opened["channels"])[:, 0]
        frames = [each["frames"] for each in self.blocks]
        assert len(self.samples) == sum(frames)
        self.times = np.concatenate([each["made"] + np.arange(each["frames"]) * 1e9 / self.rate for each in self.blocks]
                                    or [np.zeros(0)])

    def tone(self, hz):
        """The amplitude of a tone."""
        turns = np.exp(-2j * np.pi * hz * np.arange(len(self.samples)) / self.rate)
        return 2 * abs(np.mean(self.samples * turns)) if len(self.samples) else 0

    def bursts_ns(self, more_than=0.2):
        """When each burst begins."""
        loud = np.flatnonzero(np.abs(self.samples) > more_than)
        first = [at for n, at in enumerate(loud) if n == 0 or at - loud[n - 1] > self.rate // 5]
        return [int(self.times[at]) for at in first]


class Taking:
    """sound_blocks, recording `what` of a bed until it ends by itself, stop() or `seconds`."""

    def __init__(self, bed, what, seconds=60, again=False):
        self.path = os.path.join(bed.folder, f"taken-{time.monotonic_ns()}")
        self.process = spawn([_BLOCKS, "record", what, seconds, self.path, *(["again"] if again else [])], env=bed.env,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._lines = []

    def wait_for(self, event):
        """Returns the next line of this kind."""
        for line in self.process.stdout:
            self._lines.append(json.loads(line))
            if self._lines[-1]["event"] == event:
                return self._lines[-1]
        raise AssertionError(f"no {event}: {self._lines[-3:]}")

    def stop(self):
        """By a stop request, if it runs still."""
        try:
            self.process.stdin.write(b"\n")
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        return self.result()

    def result(self):
        """Waits for its end."""
        self._lines += [json.loads(line) for line in self.process.stdout]
        assert self.process.wait(60 * SLOW) == 0
        self.process.stdout.close()
        taken = Taken(self._lines, self.path)
        if os.path.exists(self.path):
            os.unlink(self.path)
        return taken


def take(bed, what, seconds=1.0, again=False):
    return Taking(bed, what, seconds, again).result()
