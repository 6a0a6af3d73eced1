"""The test compositor (tests/support/wayland) as a program, and a client that speaks the wire protocol itself: it can
do what libwayland's clients cannot, and sees every event as it came."""

import array
import contextlib
import fcntl
import json
import mmap
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from rustcam_testing import CLI, SLOW, end, environment, spawn

BED = os.environ.get("RUSTCAM_WAYLAND_BED") or str(
    pathlib.Path(CLI).parent.parent / "tests" / "support" / "wayland" / "wayland-bed")
SOURCES = os.environ.get("RUSTCAM_SOURCE_DIR") or str(pathlib.Path(__file__).parents[2])


SIZE = (64, 48)
"""Of the bed's output, unless another is asked for."""


def needs(*programs):
    """Skips tests for which a program is not installed."""
    missing = [each for each in programs if not shutil.which(each)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


class Bed:
    """wayland-bed with one output TEST-1 of that mode. Its report is checked by whoever ends it with finish()."""

    def __init__(self, mode="64x48", *words):
        self.process = spawn([BED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        pairs = dict(each.split("=", 1) for each in self.process.stdout.readline().split())
        self.folder, self.display = pairs["XDG_RUNTIME_DIR"], pairs["WAYLAND_DISPLAY"]
        if mode:
            self("add", "TEST-1", f"mode={mode}", *words)

    @property
    def env(self):
        return environment(XDG_RUNTIME_DIR=self.folder, WAYLAND_DISPLAY=self.display, XDG_SESSION_TYPE="wayland")

    def __call__(self, *words):
        """Says a command; returns the answer."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert not answer.startswith("error"), (words, answer)
        return answer

    def report(self):
        return json.loads(self("report"))

    def paint(self, picture, output="TEST-1", at=(0, 0)):
        """An array [y, x, (r, g, b)]."""
        path = pathlib.Path(self.folder) / "pixels"
        height, width = picture.shape[:2]
        path.write_bytes(b"".join(bytes((b, g, r, 255)) for r, g, b in picture.reshape(-1, 3).tolist()))
        self("pixels", output, f"{at[0]},{at[1]}", f"{width}x{height}", path)

    def finish(self):
        """Ends it; returns its last report."""
        out, _ = self.process.communicate(timeout=60 * SLOW)
        assert self.process.returncode == 0
        return json.loads(out.splitlines()[-1])

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            end(self.process, 0)
        for stream in (self.process.stdin, self.process.stdout):
            stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def _protocols():
    interfaces = {}
    for path in (pathlib.Path(SOURCES) / "src" / "capture" / "wayland" / "protocols").glob("*.xml"):
        for interface in ET.parse(path).getroot().iter("interface"):
            interfaces[interface.get("name")] = {
                kind: [(each.get("name"), [(arg.get("type"), arg.get("interface")) for arg in each.iter("arg")])
                       for each in interface.iter(kind)] for kind in ("request", "event")}
    return interfaces


PROTOCOLS = _protocols()


class ProtocolError(Exception):
    """The compositor has ended the connection, and said why."""


class Thing:
    """An object: its events, as (name, arguments), are kept in `events`; requests are its methods."""

    def __init__(self, client, number, interface):
        self.client, self.number, self.interface, self.events = client, number, interface, []

    def __getattr__(self, request):
        return lambda *args: self.client.request(self, request, *args)

    def seen(self, name):
        return [args for event, args in self.events if event == name]


class Client:
    """Says what it is told to, without a thought."""

    def __init__(self, bed):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(os.path.join(bed.folder, bed.display))
        self.socket.settimeout(30 * SLOW)
        self.things, self.received, self.files = {}, b"", []
        self.wl_display = self._make("wl_display")
        self.registry = self.wl_display.get_registry()
        self.roundtrip()
        self.globals = {args[1]: args for args in self.registry.seen("global")}

    def _make(self, interface):
        thing = Thing(self, len(self.things) + 1, interface)
        self.things[thing.number] = thing
        return thing

    def bind(self, interface, version=None):
        number, _, offered = self.globals[interface]
        return self.request(self.registry, "bind", number, interface, min(version or offered, offered))

    def request(self, thing, name, *args):
        requests = PROTOCOLS[thing.interface]["request"]
        opcode = [each[0] for each in requests].index(name)
        return self.send(thing.number, opcode, requests[opcode][1], args)

    def send(self, number, opcode, types, args):
        body, files, made, args = b"", [], None, list(args)
        for kind, interface in types:
            if kind == "new_id" and interface is None:
                name, version = args.pop(0), args.pop(0)
                made = self._make(name)
                body += _text(name) + struct.pack("<II", version, made.number)
            elif kind == "new_id":
                made = self._make(interface)
                body += struct.pack("<I", made.number)
            elif kind == "fd":
                files.append(args.pop(0))
            elif kind == "string":
                body += _text(args.pop(0))
            elif kind == "object":
                body += struct.pack("<I", args.pop(0).number)
            else:
                body += struct.pack("<i" if kind == "int" else "<I", args.pop(0))
        message = struct.pack("<II", number, (len(body) + 8) << 16 | opcode) + body
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))] if files else []
        # Who has been cut off may go on until it reads why.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendmsg([message], ancillary)
        return made

    def read(self):
        """Takes in what has come, at least one event."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionResetError
        self.received += data
        while len(self.received) >= 8:
            number, word = struct.unpack_from("<II", self.received)
            if len(self.received) < word >> 16:
                break
            body, self.received = self.received[8:word >> 16], self.received[word >> 16:]
            self._event(self.things[number], word & 0xffff, body)

    def _event(self, thing, opcode, body):
        name, types = PROTOCOLS[thing.interface]["event"][opcode]
        args = []
        for kind, _ in types:
            if kind in ("string", "array"):
                length = struct.unpack_from("<I", body)[0]
                data = body[4:4 + length]
                args.append(data[:-1].decode("utf-8", "surrogateescape") if kind == "string" else data)
                body = body[4 + (length + 3) // 4 * 4:]
            else:
                args.append(struct.unpack_from("<i" if kind == "int" else "<I", body)[0])
                body = body[4:]
        thing.events.append((name, tuple(args)))
        if (thing.interface, name) == ("wl_display", "error"):
            raise ProtocolError(args[2])

    def roundtrip(self):
        """Until the compositor has dealt with all that was said."""
        done = self.wl_display.sync()
        self.until(lambda: done.events)

    def until(self, condition):
        while not condition():
            self.read()

    def memory(self, size, seals=True):
        """A file of that many bytes, mapped: (file descriptor, map)."""
        fd = os.memfd_create("probe", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        self.files.append(fd)
        os.ftruncate(fd, size)
        if seals:
            _seal_against_shrinking(fd)
        return fd, mmap.mmap(fd, size)

    def buffer(self, width, height, stride=None, form=1, seals=True):
        """(wl_buffer, its bytes)"""
        stride = stride or width * 4
        fd, mapped = self.memory(stride * height, seals)
        pool = self.bind("wl_shm").create_pool(fd, stride * height)
        made = pool.create_buffer(0, width, height, stride, form)
        pool.destroy()
        return made, mapped

    def close(self):
        self.socket.close()
        for fd in self.files:
            os.close(fd)
        self.files = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _text(text):
    data = text.encode() + b"\0"
    return struct.pack("<I", len(data)) + data.ljust((len(data) + 3) // 4 * 4, b"\0")


def _seal_against_shrinking(fd):
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)


def wlr_frame(client, overlay=0):
    """A frame with its buffer described, or failed."""
    frame = client.bind("zwlr_screencopy_manager_v1").capture_output(overlay, client.output)
    client.until(lambda: frame.seen("buffer_done") or frame.seen("failed"))
    return frame


def wlr_copy(client, frame, how="copy"):
    """Into a buffer as it is asked for; returns that, and its bytes."""
    (form, width, height, stride), = frame.seen("buffer")
    buffer, mapped = client.buffer(width, height, stride, form)
    client.request(frame, how, buffer)
    return buffer, mapped


def answered(client, frame):
    client.until(lambda: frame.seen("ready") or frame.seen("failed"))
    return frame


def ext_session(client, options=0):
    """A session of the output that has said what it wants."""
    source = client.bind("ext_output_image_capture_source_manager_v1").create_source(client.output)
    session = client.bind("ext_image_copy_capture_manager_v1").create_session(source, options)
    client.until(lambda: session.seen("done"))
    return session


def ext_ask(session, buffer, damage=((0, 0, *SIZE),)):
    """A frame that is being captured into the buffer, which lacks `damage`."""
    frame = session.create_frame()
    frame.attach_buffer(buffer)
    for each in damage:
        frame.damage_buffer(*each)
    frame.capture()
    return frame


def pixels(mapped, width=SIZE[0], height=SIZE[1]):
    """[y, x, (r, g, b)]"""
    return np.frombuffer(mapped, np.uint8, width * height * 4).reshape(height, width, 4)[..., 2::-1]
