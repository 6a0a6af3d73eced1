"""A made-up desktop for the tests of the portal (tests/portal): D-Bus, PipeWire with WirePlumber, and the stand-in for
xdg-desktop-portal with its pictures, all in a folder of their own. Known to work with PipeWire 0.3.65."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

from rustcam_testing import CLI, SLOW, end, environment, spawn, wait_until

STAND_IN = os.environ.get("RUSTCAM_PORTAL_STAND_IN") or str(
    pathlib.Path(CLI).resolve().parent.parent / "tests" / "portal" / "portal_stand_in")
# No service is ever started by its name: a portal that is installed here must not take the stand-in's place.
_BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>{address}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_TOOLS = ("dbus-daemon", "pipewire", "wireplumber")


def missing():
    """What of a bed is not installed; empty if it can run."""
    return [each for each in _TOOLS if not shutil.which(each)]


class PortalBed:
    """`options`: of portal_stand_in, for example "--personality", "mutter". `pipewire`: False: there is none, nor a portal."""

    def __init__(self, *options, pipewire=True):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rustcam-portal-"))
        self.runtime, self.home, self.state = (self.folder / each for each in ("run", "home", "state"))
        for each in (self.runtime, self.home, self.state):
            each.mkdir(mode=0o700)
        self.processes = []
        self.stand_in = None
        self._events, self._changed = [], threading.Condition()
        try:
            config = self.folder / "bus.conf"
            config.write_text(_BUS_CONFIG.format(address=self.bus), encoding="ascii")
            self._spawn("dbus-daemon", f"--config-file={config}", "--nofork")
            self._await((self.runtime / "bus").exists, "D-Bus' start")
            if pipewire:
                self._start_pipewire()
                self._start_stand_in(options)
        except BaseException:
            self.stop()
            raise

    @property
    def bus(self):
        return f"unix:path={self.runtime}/bus"

    @property
    def env(self):
        """The environment of a program on this desktop."""
        return environment(DBUS_SESSION_BUS_ADDRESS=self.bus, XDG_RUNTIME_DIR=str(self.runtime), HOME=str(self.home),
                           XDG_STATE_HOME=str(self.state), XDG_CONFIG_HOME=None, XDG_SESSION_TYPE="wayland",
                           WAYLAND_DISPLAY=None, DISPLAY=None, PIPEWIRE_REMOTE=None, PYTHONDONTWRITEBYTECODE="1")

    def _spawn(self, *command):
        with open(self.folder / "log", "ab") as log:
            self.processes.append(spawn(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=self.env))

    def _await(self, condition, what):
        try:
            wait_until(condition, seconds=60, what=what)
        except AssertionError as error:
            log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"{what} failed: {log[-2000:]}") from error

    def _start_pipewire(self):
        self._spawn("pipewire")
        self._await((self.runtime / "pipewire-0").exists, "PipeWire's start")
        self._spawn("wireplumber")

    def _start_stand_in(self, options):
        with open(self.folder / "log", "ab") as log:
            self.stand_in = spawn([STAND_IN, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                  cwd="/", env=self.env)
        threading.Thread(target=self._read, args=(self.stand_in.stdout,), daemon=True).start()
        self.wait_for("ready")

    def _read(self, lines):
        for line in lines:
            with self._changed:
                self._events.append(json.loads(line))
                self._changed.notify_all()
        with self._changed:
            self._events.append({"event": "end"})
            self._changed.notify_all()

    @property
    def events(self):
        """What has happened so far, as the stand-in tells it."""
        with self._changed:
            return list(self._events)

    def seen(self, event):
        """All events of this kind so far, those included that are only just on their way."""
        self.order("look")
        return [each for each in self.events if each["event"] == event]

    def wait_for(self, event, after=0, **what):
        """Returns the first event of this kind, with these values, that is not among the first `after`."""
        found = []

        def come():
            found[:] = [each for each in self._events[after:]
                        if each["event"] == event and all(each.get(key) == value for key, value in what.items())]
            return found or (self._events and self._events[-1]["event"] == "end")

        with self._changed:
            assert self._changed.wait_for(come, 60 * SLOW) and found, (event, what, self._events[-10:])
        return found[0]

    def order(self, text):
        """Tells the stand-in to do something, and waits until it is done."""
        before = len(self.events)
        self.stand_in.stdin.write(text.encode() + b"\n")
        self.stand_in.stdin.flush()
        deadline = time.monotonic() + 60 * SLOW
        with self._changed:
            while True:
                for each in self._events[before:]:
                    if each["event"] in ("done", "error", "end"):
                        assert each["event"] == "done", each
                        return each
                assert self._changed.wait(max(0, deadline - time.monotonic())), text

    def lies(self):
        """The names for the order `hostile NAME`."""
        self.order("hostile list")
        return self.seen("hostile")[-1]["names"]

    def kill_pipewire(self):
        """As when it crashes."""
        end(self.processes[1])

    def stop(self):
        if self.stand_in:
            end(self.stand_in)
            self.stand_in.stdin.close()
        for each in reversed(self.processes):
            end(each)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
