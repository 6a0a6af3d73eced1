"""An X server that lies: a proxy in front of a real one that rewrites what it answers, to one kind of request at a time.

Clients reach it through a display number of its own on this machine, so they share memory with the server; descriptors
are passed on."""

import errno
import os
import select
import socket
import struct
import threading

_CORE = {3: "GetWindowAttributes", 14: "GetGeometry", 15: "QueryTree", 16: "InternAtom", 17: "GetAtomName",
         20: "GetProperty", 38: "QueryPointer", 73: "GetImage", 83: "ListInstalledColormaps", 91: "QueryColors",
         98: "QueryExtension"}
_EXTENSIONS = {
    "RANDR": {0: "QueryVersion", 9: "GetOutputInfo", 15: "GetOutputProperty", 20: "GetCrtcInfo",
              25: "GetScreenResourcesCurrent", 32: "GetProviders", 33: "GetProviderInfo", 42: "GetMonitors"},
    "XFIXES": {0: "QueryVersion", 4: "GetCursorImage"},
    "DAMAGE": {0: "QueryVersion"},
    "MIT-SHM": {0: "QueryVersion", 4: "GetImage"},
}


def put(packet, offset, form, value):
    """`packet` with `value` at `offset` (form as of struct: "H" 16 bits, "I" 32)."""
    changed = bytearray(packet)
    struct.pack_into("<" + form, changed, offset, value)
    return bytes(changed)


def get(packet, offset, form):
    return struct.unpack_from("<" + form, packet, offset)[0]


def reply(packet, body, *, second=0):
    """An answer to the same request as `packet` (a reply or an error) with these bytes from the 8th on: at least 24, then
    whole words. Its length is the true one."""
    assert len(body) >= 24 and len(body) % 4 == 0
    return struct.pack("<BBHI", 1, second, get(packet, 2, "H"), (len(body) - 24) // 4) + body


class _Connection:
    """One client's, both ways. The server's packets are told apart by the sequence numbers of the requests."""

    def __init__(self, client, server, lies):
        self.client, self.server, self.lies = client, server, lies
        self.to_server, self.to_client = bytearray(), bytearray()
        self.greeted = self.welcomed = False
        self.sequence = 0
        self.requests = {}  # sequence number: the request's name, of those that are waited for
        self.majors = {}  # opcode: extension
        self.asked = {}  # sequence number: the extension that QueryExtension asked for

    def run(self):
        try:
            while True:
                for ready in select.select([self.client, self.server], [], [])[0]:
                    if not (self._from_client() if ready is self.client else self._from_server()):
                        return
        except OSError:
            pass
        finally:
            self.client.close()
            self.server.close()

    def _from_client(self):
        data, descriptors, _, _ = socket.recv_fds(self.client, 1 << 16, 16)
        if not data:
            return False
        self.to_server += data
        while self._note_request():
            pass
        view = memoryview(data)
        sent = socket.send_fds(self.server, [view], descriptors) if descriptors else 0
        for fd in descriptors:
            os.close(fd)
        self.server.sendall(view[sent:])
        return True

    def _note_request(self):
        """Takes one whole request off what came; names it."""
        data = self.to_server
        if not self.greeted:
            if len(data) < 12:
                return False
            name, secret = struct.unpack_from("<HH", data, 6)
            size = 12 + (name + 3) // 4 * 4 + (secret + 3) // 4 * 4
        elif len(data) < 4 or (get(data, 2, "H") == 0 and len(data) < 8):
            return False
        else:
            size = (get(data, 2, "H") or get(data, 4, "I")) * 4
        if len(data) < size:
            return False
        if self.greeted:
            self.sequence = (self.sequence + 1) & 0xffff
            name = self._name_of(data[0], data[1])
            if name:
                self.requests[self.sequence] = name
            if name == "QueryExtension":
                self.asked[self.sequence] = bytes(data[8:8 + get(data, 4, "H")]).decode()
        self.greeted = True
        del data[:size]
        return True

    def _name_of(self, major, minor):
        if major in self.majors:
            extension = self.majors[major]
            name = _EXTENSIONS.get(extension, {}).get(minor)
            return name and f"{extension}.{name}"
        return _CORE.get(major)

    def _from_server(self):
        data = self.server.recv(1 << 20)
        if not data:
            return False
        self.to_client += data
        out = []
        while (packet := self._take_packet()) is not None:
            out.append(packet)
        if out:
            self.client.sendall(b"".join(out))
        return True

    def _take_packet(self):
        data = self.to_client
        head = 32 if self.welcomed else 8
        if len(data) < head:
            return None
        if not self.welcomed:
            size = 8 + get(data, 6, "H") * 4
        else:
            size = 32 + get(data, 4, "I") * 4 if data[0] in (1, 35) else 32
        if len(data) < size:
            return None
        packet = bytes(data[:size])
        del data[:size]
        name = "Setup"
        if self.welcomed:
            if packet[0] > 1:
                return packet  # an event
            number = get(packet, 2, "H")
            name = self.requests.pop(number, None)
            if name == "QueryExtension":
                extension = self.asked.pop(number)
                if packet[0] == 1 and packet[8]:
                    self.majors[packet[9]] = extension
                name += " " + extension
        self.welcomed = True
        lie = self.lies.get(name)
        return lie(packet) if lie else packet


class LyingServer:
    """`lies`: by the request's name ("GetAtomName", "RANDR.GetMonitors", "QueryExtension MIT-SHM"; "Setup" for what the
    server says when a client connects), what makes another packet of the server's. `told` names those that were used."""

    def __init__(self, display, lies):
        self.told = set()
        self.lies = {name: self._noting(name, lie) for name, lie in lies.items()}
        self.server = f"/tmp/.X11-unix/X{display.removeprefix(':')}"
        self.listener = socket.socket(socket.AF_UNIX)
        self.path, self.display = self._bind()
        self.listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _bind(self):
        """Takes a display number that no server chooses by itself."""
        for number in range(20000, 30000):
            path = f"/tmp/.X11-unix/X{number}"
            try:
                self.listener.bind(path)
                return path, f":{number}"
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        raise RuntimeError("no free display number")

    def _noting(self, name, lie):
        def told(packet):
            self.told.add(name)
            return lie(packet)
        return told

    def _serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            threading.Thread(target=_Connection(client, server, self.lies).run, daemon=True).start()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        os.unlink(self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
