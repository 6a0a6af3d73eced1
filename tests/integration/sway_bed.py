"""A real Wayland compositor for the tests: sway without a screen (wlroots' headless outputs, painted by pixman), in a
folder of its own. Known to work with sway 1.7 (Debian 12); newer ones have the same commands."""

import functools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

import numpy as np
import pytest
from rustcam_testing import CLI, SLOW, end, environment, spawn, wait_until

needs_sway = pytest.mark.skipif(shutil.which("sway") is None, reason="sway is not installed")
needs_grim = pytest.mark.skipif(shutil.which("grim") is None, reason="grim is not installed")

TRANSFORMS = ("normal", "90", "180", "270", "flipped", "flipped-90", "flipped-180", "flipped-270")

_OUTPUTS_OFF = os.environ.get("RUSTCAM_SWAY_OUTPUTS_OFF") or str(
    pathlib.Path(CLI).resolve().parent.parent / "tests" / "support" / "libsway_outputs_off.so")
_NOBODY = 65534
_RUN_COMMAND, _GET_OUTPUTS = 0, 3


@functools.cache
def _without_root():
    """What has to stand before `sway`, which refuses to run as root, and whether its folder must be nobody's."""
    if os.getuid() != 0:
        return [], False
    if subprocess.run(["unshare", "--user", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        return ["unshare", "--user"], False
    return ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"], True


def _preload():
    """What lets sway's headless outputs be switched off; without it there can be one output only."""
    return _OUTPUTS_OFF if os.path.exists(_OUTPUTS_OFF) else None


class Sway:
    """sway with `count` outputs HEADLESS-1, HEADLESS-2 …: the first is on, of `size` pixels at (0, 0) and refreshed `hz`
    times a second. There is no XWayland."""

    def __init__(self, size=(640, 360), hz=120, count=2):
        self.size, self.hz, self.count = size, hz, count
        self.folder = tempfile.mkdtemp(prefix="rustcam-sway-")
        os.chmod(self.folder, 0o700)
        self.config = os.path.join(self.folder, "config")
        # Without swaybg, which we do not start, the background is one plain grey.
        pathlib.Path(self.config).write_text(
            "xwayland disable\nfocus_follows_mouse no\ndefault_border none\n"
            f"output * mode --custom {size[0]}x{size[1]}@{hz}Hz\n", encoding="ascii")
        self.process = None
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def start(self):
        """Also after it was ended: under the same name, with the outputs as at first."""
        prefix, foreign = _without_root()
        for left in ("wayland-*", "ipc"):
            for path in pathlib.Path(self.folder).glob(left):
                path.unlink()
        if foreign:
            os.chown(self.folder, _NOBODY, _NOBODY)
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = spawn([*prefix, "sway", "-c", self.config], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 cwd="/", env=environment(
                                     XDG_RUNTIME_DIR=self.folder, SWAYSOCK=self._ipc, HOME=self.folder,
                                     WLR_BACKENDS="headless", WLR_RENDERER="pixman", WLR_LIBINPUT_NO_DEVICES="1",
                                     WLR_HEADLESS_OUTPUTS=str(self.count), XDG_CONFIG_HOME=None, XCURSOR_THEME=None,
                                     XCURSOR_SIZE=None, LD_PRELOAD=_preload()))
        try:
            wait_until(self._is_up, seconds=60, what="sway's start")
        except AssertionError as error:
            log = pathlib.Path(self.folder, "log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"sway did not start: {log[-2000:]}") from error
        self.reset()

    def _is_up(self):
        assert self.process.poll() is None, "sway has ended"
        try:
            return self.display and len(self.outputs()) >= self.count
        except (OSError, EOFError):
            return False

    @property
    def display(self):
        """The name of its socket; empty before there is one."""
        names = [each.name for each in pathlib.Path(self.folder).glob("wayland-*") if each.is_socket()]
        return names[0] if names else ""

    @property
    def env(self):
        """The environment of a program in this session."""
        return environment(XDG_RUNTIME_DIR=self.folder, WAYLAND_DISPLAY=self.display, XDG_SESSION_TYPE="wayland")

    @property
    def _ipc(self):
        return os.path.join(self.folder, "ipc")

    def _ask(self, kind, text=""):
        """A message in the form that i3 has made known, as swaymsg sends it."""
        def take(count):
            data = b""
            while len(data) < count:
                more = client.recv(count - len(data))
                if not more:
                    raise EOFError("sway has closed the connection")
                data += more
            return data

        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30 * SLOW)
            client.connect(self._ipc)
            payload = text.encode()
            client.sendall(b"i3-ipc" + struct.pack("=II", len(payload), kind) + payload)
            length, _ = struct.unpack("=II", take(14)[6:])
            return json.loads(take(length))

    def command(self, text):
        """As `swaymsg TEXT`; fails if sway does not take it."""
        answers = self._ask(_RUN_COMMAND, text)
        assert all(each["success"] for each in answers), (text, answers)

    def outputs(self):
        """As `swaymsg -t get_outputs`."""
        return self._ask(_GET_OUTPUTS)

    def output(self, name="HEADLESS-1"):
        return next(each for each in self.outputs() if each["name"] == name)

    def set(self, name="HEADLESS-1", size=None, hz=None, scale=None, transform=None, position=None):
        """Changes of an output what is given; returns when sway says that it is so."""
        parts = []
        if size:
            parts.append(f"mode --custom {size[0]}x{size[1]}@{hz or self.hz}Hz")
        if position:
            parts.append(f"position {position[0]} {position[1]}")
        if scale:
            parts.append(f"scale {scale}")
        if transform:
            parts.append(f"transform {transform}")
        self.command(f"output {name} {' '.join(parts)}")

        def done():
            now = self.output(name)
            mode = now.get("current_mode") or {}
            return ((not size or (mode.get("width"), mode.get("height")) == tuple(size)) and
                    (not scale or abs(now["scale"] - scale) < 0.001) and
                    (not transform or now["transform"] == transform))

        wait_until(done, what=f"{parts} of {name}")

    def switch(self, name, on):
        """An output on or off: an output that is off is no Wayland output any more."""
        self.command(f"output {name} {'enable' if on else 'disable'}")
        wait_until(lambda: self.output(name)["active"] == on, what=f"{name}, {on}")

    def add_output(self):
        """Returns the new one's name."""
        before = {each["name"] for each in self.outputs()}
        self.command("create_output")
        wait_until(lambda: len(self.outputs()) > len(before), what="a new output")
        return next(each["name"] for each in self.outputs() if each["name"] not in before)

    def reset(self):
        """The first output alone, as at first."""
        for each in self.outputs():
            if each["name"] != "HEADLESS-1" and each["active"]:
                self.switch(each["name"], False)
        self.switch("HEADLESS-1", True)
        self.set(size=self.size, hz=self.hz, scale=1, transform="normal", position=(0, 0))

    def move_pointer(self, x, y):
        """To this place of the desktop. It is drawn only while there is a pointer device (wayland_client has one)."""
        self.command(f"seat seat0 cursor set {x} {y}")

    def grab(self, name=None, scale=None):
        """The screen by another program's eyes (grim), as an array [y, x, (r, g, b)]: one output, or all of them."""
        command = ["grim", "-t", "ppm", *(["-o", name] if name else []), *(["-s", str(scale)] if scale else []), "-"]
        data = subprocess.run(command, env=self.env, check=True, stdout=subprocess.PIPE, timeout=60 * SLOW).stdout
        head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        width, height = int(head[1]), int(head[2])
        return np.frombuffer(data, np.uint8, width * height * 3, head.end()).reshape(height, width, 3)

    def freeze(self):
        """It does not answer any more, until thaw()."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        end(self.process)

    def stop(self):
        if self.process:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def version():
    """Of sway, as (major, minor)."""
    text = subprocess.run(["sway", "--version"], stdout=subprocess.PIPE, check=True).stdout.decode()
    found = re.search(r"(\d+)\.(\d+)", text)
    return int(found[1]), int(found[2])


def draws_the_pointer_in():
    """Whether this sway draws the pointer into every picture, asked for or not: those before 1.8 do, where pixman paints."""
    return version() < (1, 8)


def settle():
    """For what nothing tells when it is done."""
    time.sleep(0.1 * SLOW)
