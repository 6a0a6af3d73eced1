"""A small Wayland client for the tests: it covers an output with a picture of which each pixel is known, and has a pointer
whose shape and hot spot are known. It speaks the protocol by itself, so that nothing of ours vouches for ours."""

import array
import contextlib
import mmap
import os
import socket
import struct

import numpy as np
from rustcam_testing import SLOW

_DISPLAY = 1
_ARGB, _XRGB = 0, 1
_OVERLAY, _ALL_EDGES = 3, 15


class WaylandClient:
    """`outputs`: the global numbers of those that are on, by name."""

    def __init__(self, sway):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60 * SLOW)
        self.socket.connect(os.path.join(sway.folder, sway.display))
        self.next_id = _DISPLAY
        self.buffer = b""
        self.handlers = {_DISPLAY: self._display_event}
        self.globals = {}
        self.kept = []
        self.surfaces = {}
        registry = self._new(self._global_event)
        self._send(_DISPLAY, 1, "I", registry)
        self.registry = registry
        self.sync()
        self.compositor = self._bind("wl_compositor", 4)
        self.shm = self._bind("wl_shm", 1)
        self.layer_shell = self._bind("zwlr_layer_shell_v1", 1)
        self.viewporter = self._bind("wp_viewporter", 1)
        # Who is not known to the seat when the pointer comes is told of no pointer later.
        self.seat = self._bind("wl_seat", 1)
        self.outputs = {}
        for number, (interface, _) in list(self.globals.items()):
            if interface == "wl_output":
                self._name_output(number)
        self.sync()
        self.pointer_surface = None

    # The protocol.

    def _new(self, handler=None):
        self.next_id += 1
        self.handlers[self.next_id] = handler or (lambda *_: None)
        return self.next_id

    def _send(self, target, opcode, form="", *values, fd=None):
        """`form`: I and i are 32-bit numbers, s is text."""
        body = b""
        for letter, value in zip(form, values):
            if letter == "s":
                text = value.encode() + b"\0"
                body += struct.pack("=I", len(text)) + text + bytes(-len(text) % 4)
            else:
                body += struct.pack("=" + letter, value)
        message = struct.pack("=II", target, (8 + len(body)) << 16 | opcode) + body
        more = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))] if fd is not None else []
        sent = self.socket.sendmsg([message], more)
        if sent < len(message):
            self.socket.sendall(message[sent:])

    def dispatch(self):
        """Waits for one message and has it handled."""
        while len(self.buffer) < 8 or len(self.buffer) < struct.unpack_from("=HH", self.buffer, 4)[1]:
            more = self.socket.recv(1 << 16)
            assert more, "the compositor has closed the connection"
            self.buffer += more
        target, opcode, size = struct.unpack_from("=IHH", self.buffer)
        body, self.buffer = self.buffer[8:size], self.buffer[size:]
        self.handlers.get(target, lambda *_: None)(opcode, body)

    def _wait(self, begin):
        """For the callback that `begin(id)` asks for."""
        done = []
        begin(self._new(lambda *_: done.append(True)))
        while not done:
            self.dispatch()

    def sync(self):
        self._wait(lambda callback: self._send(_DISPLAY, 0, "I", callback))

    def _display_event(self, opcode, body):
        assert opcode != 0, f"protocol error: {body[12:].decode(errors='replace')}"

    def _global_event(self, opcode, body):
        number = struct.unpack_from("=I", body)[0]
        if opcode == 0:
            length = struct.unpack_from("=I", body, 4)[0]
            interface = body[8:8 + length - 1].decode()
            version = struct.unpack_from("=I", body, 8 + (length + 3) // 4 * 4)[0]
            self.globals[number] = (interface, version)
        else:
            self.globals.pop(number, None)

    def _bind_number(self, number, version, handler=None):
        new = self._new(handler)
        self._send(self.registry, 0, "IsII", number, self.globals[number][0], version, new)
        return new

    def _bind(self, interface, version, handler=None):
        number = next((n for n, (name, _) in self.globals.items() if name == interface), None)
        assert number is not None, f"the compositor has no {interface}"
        return self._bind_number(number, version, handler)

    def _name_output(self, number):
        def event(opcode, body):
            if opcode == 4:
                length = struct.unpack_from("=I", body)[0]
                self.outputs[body[4:4 + length - 1].decode()] = output

        output = self._bind_number(number, 4, event)

    # Pictures.

    def _buffer_of(self, pixels, form):
        height, width = pixels.shape[:2]
        fd = os.memfd_create("rustcam-test")
        os.ftruncate(fd, height * width * 4)
        with mmap.mmap(fd, height * width * 4) as memory:
            memory[:] = np.ascontiguousarray(pixels).tobytes()
        pool, buffer = self._new(), self._new()
        self._send(self.shm, 0, "Ii", pool, height * width * 4, fd=fd)
        self._send(pool, 0, "IiiiiI", buffer, 0, width, height, width * 4, form)
        self._send(pool, 1)
        os.close(fd)
        return buffer

    def _cover(self, name):
        """A surface over all of an output: [surface, viewport, its logical size]."""
        surface, layer, viewport = self._new(), self._new(), self._new()
        size = []

        def configured(opcode, body):
            if opcode == 0:
                serial, *size[:] = struct.unpack_from("=III", body)
                self._send(layer, 6, "I", serial)

        self.handlers[layer] = configured
        self._send(self.compositor, 0, "I", surface)
        self._send(self.layer_shell, 0, "IIIIs", layer, surface, self.outputs[name], _OVERLAY, "rustcam-test")
        self._send(layer, 0, "II", 0, 0)
        self._send(layer, 1, "I", _ALL_EDGES)
        self._send(layer, 2, "i", -1)
        self._send(self.viewporter, 1, "II", viewport, surface)
        self._send(surface, 6)
        while not size:
            self.dispatch()
        return [surface, viewport, size]

    def show(self, picture, name="HEADLESS-1"):
        """A picture [y, x, (r, g, b)] of the output's own pixels, upright; returns when it is on the screen."""
        if name not in self.surfaces:
            self.surfaces[name] = self._cover(name)
        self.sync()  # a new size is told before
        surface, viewport, (width, height) = self.surfaces[name]
        pixels = np.full((*picture.shape[:2], 4), 255, np.uint8)
        pixels[..., :3] = picture[..., ::-1]
        buffer = self._buffer_of(pixels, _XRGB)
        self._send(viewport, 2, "ii", width, height)
        self._send(surface, 1, "Iii", buffer, 0, 0)
        self._send(surface, 9, "iiii", 0, 0, picture.shape[1], picture.shape[0])
        self._wait(lambda callback: (self._send(surface, 3, "I", callback), self._send(surface, 6)))

    def have_pointer(self, shape, hot_spot):
        """A pointer device, whose shape over our picture is `shape` [y, x, (b, g, r, a)], premultiplied."""
        manager = self._bind("zwlr_virtual_pointer_manager_v1", 1)
        self._send(manager, 0, "II", self.seat, self._new())
        self.sync()
        shown = []

        def entered(opcode, body):
            if opcode != 0:
                return
            serial = struct.unpack_from("=I", body)[0]
            surface = self.pointer_surface = self._new()
            self._send(self.compositor, 0, "I", surface)
            self._send(pointer, 0, "IIii", serial, surface, *hot_spot)
            self._send(surface, 1, "Iii", self._buffer_of(shape, _ARGB), 0, 0)
            self._send(surface, 9, "iiii", 0, 0, shape.shape[1], shape.shape[0])
            self._send(surface, 6)
            shown.append(True)

        pointer = self._new(entered)
        self._send(self.seat, 0, "I", pointer)
        self.sync()
        return shown

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def detail(size, seed=1):
    """A picture of which no two places are alike."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (size[1], size[0], 3), np.uint8)
