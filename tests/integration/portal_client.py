"""Another's client of the portal: GLib speaks D-Bus, and GStreamer reads the pictures."""

import os
import select
import subprocess
import time

import numpy as np
from rustcam_testing import READ_BARCODES, SLOW, end, spawn

from gi.repository import Gio, GLib

_NAME, _ROOT = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_CAST, _REQUEST = "org.freedesktop.portal.ScreenCast", "org.freedesktop.portal.Request"


class Client:
    """A connection to a bed's bus, and one session of the portal."""

    def __init__(self, bed):
        flags = Gio.DBusConnectionFlags
        self.bed = bed
        self.bus = Gio.DBusConnection.new_for_address_sync(
            bed.bus, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        self.answers, self.closed, self.count, self.session, self.fd = {}, [], 0, None, None
        self._listen(_REQUEST, "Response", lambda path, values: self.answers.__setitem__(path, values))
        self._listen("org.freedesktop.portal.Session", "Closed", lambda path, _: self.closed.append(path))

    def _listen(self, interface, signal, heard):
        self.bus.signal_subscribe(_NAME, interface, signal, None, None, Gio.DBusSignalFlags.NONE,
                                  lambda _bus, _from, path, _interface, _signal, values: heard(path, values.unpack()))

    def until(self, condition):
        deadline = time.monotonic() + 60 * SLOW
        while not condition():
            assert time.monotonic() < deadline
            if not GLib.MainContext.default().iteration(False):
                time.sleep(0.002)

    def call(self, method, kind, *values, interface=_CAST, path=_ROOT):
        return self.bus.call_sync(_NAME, path, interface, method, GLib.Variant(kind, values), None,
                                  Gio.DBusCallFlags.NONE, 60000 * SLOW, None).unpack()

    def property(self, name):
        return self.call("Get", "(ss)", _CAST, name, interface="org.freedesktop.DBus.Properties")[0]

    def ask(self, method, kind, *values, **options):
        """A method that is answered by a Response; returns (code, results)."""
        self.count += 1
        words = {"handle_token": GLib.Variant("s", f"t{self.count}"),
                 **{key: GLib.Variant({str: "s", bool: "b", int: "u"}[type(value)], value) for key, value in options.items()}}
        path, = self.call(method, kind, *values, words)
        self.until(lambda: path in self.answers)
        return self.answers[path]

    def create(self):
        self.session = self.ask("CreateSession", "(a{sv})", session_handle_token=f"s{self.count}")[1]["session_handle"]

    def select(self, cursor_mode=4, **options):
        return self.ask("SelectSources", "(oa{sv})", self.session, types=1, cursor_mode=cursor_mode, **options)

    def start(self):
        return self.ask("Start", "(osa{sv})", self.session, "")

    def begin(self, cursor_mode=4, **options):
        """A whole conversation; returns the results of Start."""
        self.create()
        assert self.select(cursor_mode, **options)[0] == 0
        code, results = self.start()
        assert code == 0
        self.fd = self.open_remote()
        return results

    def open_remote(self):
        reply, files = self.bus.call_with_unix_fd_list_sync(
            _NAME, _ROOT, _CAST, "OpenPipeWireRemote", GLib.Variant("(oa{sv})", (self.session, {})), None,
            Gio.DBusCallFlags.NONE, 60000 * SLOW, None, None)
        return files.get(reply.unpack()[0])

    def pictures(self, node, size, count=20, seconds=60):
        """[picture, y, x, (b, g, r)] as GStreamer reads them, and what it says; it gives up after `seconds`."""
        path = self.bed.folder / "pictures"
        path.unlink(missing_ok=True)
        command = ["gst-launch-1.0", "-q", "pipewiresrc", f"fd={self.fd}", f"path={node}", f"num-buffers={count}", "!",
                   "videoconvert", "!", "video/x-raw,format=BGR", "!", "filesink", f"location={path}"]
        try:
            done = subprocess.run(command, env=self.bed.env, pass_fds=[self.fd], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds * SLOW, check=False)
            said = done.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired:
            said = "nothing comes"
        data = np.fromfile(path, np.uint8) if path.exists() else np.zeros(0, np.uint8)
        return data.reshape(-1, size[1], size[0], 3), said

    def reading(self, node, size):
        """The pictures one by one, as they come."""
        return Reading(self, node, size)

    def close(self):
        if self.fd is not None:
            os.close(self.fd)
        self.bus.close_sync(None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Reading:
    """GStreamer as it reads. Pictures are [y, x, (b, g, r)]."""

    def __init__(self, client, node, size):
        self.bed, self.size = client.bed, size
        reading, writing = os.pipe()
        command = ["gst-launch-1.0", "-q", "pipewiresrc", f"fd={client.fd}", f"path={node}", "!", "videoconvert", "!",
                   "video/x-raw,format=BGR", "!", "fdsink", f"fd={writing}", "sync=false"]
        self.process = spawn(command, env=client.bed.env, pass_fds=[client.fd, writing], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writing)
        self.pipe = open(reading, "rb", buffering=0)

    def first(self):
        """The first picture, of a screen that may be still: one that is sent while a stream begins can be lost, and
        GStreamer does not ask for another."""
        for _ in range(round(60 * SLOW)):
            if select.select([self.pipe], [], [], 1)[0]:
                break
            self.bed.order("again")
        return self.next()

    def next_after(self, before):
        """The next picture that is not this one."""
        while True:
            picture = self.next()
            if (picture != before).any():
                return picture

    def next(self):
        data = b""
        while len(data) < self.size[0] * self.size[1] * 3:
            assert select.select([self.pipe], [], [], 60 * SLOW)[0], "no picture comes"
            more = self.pipe.read(self.size[0] * self.size[1] * 3 - len(data))
            assert more, "it has ended"
            data += more
        return np.frombuffer(data, np.uint8).reshape(self.size[1], self.size[0], 3)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)
        self.pipe.close()


def barcodes(pictures):
    """The number that each picture shows, or None."""
    height, width = pictures.shape[1:3]
    gray = np.ascontiguousarray(pictures[..., 1])
    out = subprocess.run([READ_BARCODES, str(width), str(height)], input=gray.tobytes(), stdout=subprocess.PIPE,
                         check=True).stdout.decode().split()
    return [None if each == "-" else int(each) for each in out]
