"""A back end of xdg-desktop-portal for KWin without Plasma: it answers for the user, and asks KWin for the stream by its
own Wayland protocol, whose few words are written by hand here."""

import os
import select
import socket
import struct

from gi.repository import GLib

import mutter_back_end as base

CASTS = "zkde_screencast_unstable_v1"
REGISTRY, OUTPUT, MANAGER = 2, 3, 4


def text(words):
    data = words.encode() + b"\0"
    return struct.pack("<I", len(data)) + data.ljust((len(data) + 3) // 4 * 4, b"\0")


class Connection:
    """To the compositor; objects are numbers, and events (object, code, body)."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(os.path.join(os.environ["XDG_RUNTIME_DIR"], os.environ["WAYLAND_DISPLAY"]))
        self.left, self.next = b"", MANAGER + 1
        self.send(1, 1, struct.pack("<I", REGISTRY))
        found = {}
        for thing, code, body in self.events(1.0):
            if (thing, code) == (REGISTRY, 0):
                number, length = struct.unpack_from("<II", body)
                found[body[8:7 + length].decode()] = number
        if CASTS not in found:
            raise SystemExit(f"kwin_back_end: KWin offers no {CASTS}: it paints without a GPU")
        for name, version, number in (("wl_output", 2, OUTPUT), (CASTS, 1, MANAGER)):
            self.send(REGISTRY, 0, struct.pack("<I", found[name]) + text(name) + struct.pack("<II", version, number))

    def send(self, thing, code, body=b""):
        self.socket.sendall(struct.pack("<II", thing, (len(body) + 8) << 16 | code) + body)

    def events(self, seconds):
        """Those that come until the line is silent for so long."""
        while select.select([self.socket], [], [], seconds)[0]:
            data = self.socket.recv(65536)
            if not data:
                return
            self.left += data
            while len(self.left) >= 8:
                thing, word = struct.unpack_from("<II", self.left)
                if len(self.left) < word >> 16:
                    break
                body, self.left = self.left[8:word >> 16], self.left[word >> 16:]
                yield thing, word & 0xffff, body

    def cast(self, pointer):
        """Returns the stream's object and its node. `pointer`: 1 hidden, 2 embedded, 4 metadata."""
        stream, self.next = self.next, self.next + 1
        self.send(MANAGER, 0, struct.pack("<III", stream, OUTPUT, pointer))
        for thing, code, body in self.events(10.0):
            if (thing, code) == (stream, 1):
                return stream, struct.unpack("<I", body)[0]
            if thing in (1, stream):
                raise GLib.Error(f"KWin refused: {body!r}")
        raise GLib.Error("KWin did not answer")


class BackEnd(base.BackEnd):
    def __init__(self, bus):
        self.compositor = Connection()
        super().__init__(bus)

    def monitor(self):
        return "KWin", tuple(int(each) for each in os.environ["RUSTCAM_SIZE"].split("x"))

    def stream(self, session, options):
        stream, node = self.compositor.cast(options.get("cursor_mode", 1))
        self.sessions[session]["stream"] = stream
        return node, self.monitor()[1]

    def release(self, session):
        known = self.sessions.pop(session, None)
        if not known:
            return False
        self.bus.unregister_object(known["object"])
        if "stream" in known:
            self.compositor.send(known["stream"], 0)
        return True


if __name__ == "__main__":
    base.main(BackEnd)
