"""A small X client that puts pixel values of its choice on the root window, whatever the screen's depth."""

import contextlib
import socket
import struct

import numpy as np


class XClient:
    """`depth`, `visual_class` (3 pseudo, 4 true, 5 direct colour) and `masks` (of red, green, blue) are the root window's;
    `pixel_bytes` what one of its pixels takes."""

    def __init__(self, display):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(f"/tmp/.X11-unix/X{display.removeprefix(':')}")
        self.socket.sendall(struct.pack("<BxHHHH2x", ord("l"), 11, 0, 0, 0))
        head = self._take(8)
        assert head[0] == 1
        setup = head + self._take(4 * struct.unpack_from("<H", head, 6)[0])
        self.next_id = struct.unpack_from("<I", setup, 12)[0]
        vendor, formats = struct.unpack_from("<H", setup, 24)[0], setup[29]
        at = 40 + (vendor + 3) // 4 * 4
        bits = {setup[at + 8 * i]: setup[at + 8 * i + 1] for i in range(formats)}
        at += 8 * formats
        self.root, self.colormap = struct.unpack_from("<II", setup, at)
        visual, self.depth, depths = struct.unpack_from("<I", setup, at + 32)[0], setup[at + 38], setup[at + 39]
        self.pixel_bytes = bits[self.depth] // 8
        at += 40
        for _ in range(depths):
            visuals = struct.unpack_from("<H", setup, at + 2)[0]
            for i in range(visuals):
                number, kind, _, _, *masks = struct.unpack_from("<IBBHIII", setup, at + 8 + 24 * i)
                if number == visual:
                    self.visual_class, self.masks = kind, masks
            at += 8 + 24 * visuals
        self.context = self._new_id()
        self.socket.sendall(struct.pack("<BxHIII", 55, 4, self.context, self.root, 0))
        self.sync()

    def _new_id(self):
        self.next_id += 1
        return self.next_id

    def _take(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            assert more, "the X server has closed the connection"
            data += more
        return data

    def _ask(self, request):
        self.socket.sendall(request)
        while True:
            packet = self._take(32)
            assert packet[0], f"X error {packet[1]} of request {packet[10]}"
            if packet[0] == 1:
                return packet + self._take(4 * struct.unpack_from("<I", packet, 4)[0])

    def sync(self):
        """When it returns, all is drawn; fails if any request did."""
        self._ask(struct.pack("<BxH", 43, 1))

    def put(self, values, x=0, y=0):
        """Pixel values, an array [y, x], as they are."""
        height, width = values.shape
        rows = np.zeros((height, (width * self.pixel_bytes + 3) // 4 * 4), np.uint8)
        for byte in range(self.pixel_bytes):
            rows[:, byte:width * self.pixel_bytes:self.pixel_bytes] = values >> 8 * byte & 0xff
        step = (1 << 17) // rows.shape[1]  # a request holds 256 KB
        for top in range(0, height, step):
            data = rows[top:top + step].tobytes()
            self.socket.sendall(struct.pack("<BBHIIHHhhBB2x", 72, 2, 6 + len(data) // 4, self.root, self.context, width,
                                            min(step, height - top), x, y + top, 0, self.depth) + data)
        self.sync()

    def own_cells(self, count):
        """So many entries of the default colormap, to be written."""
        reply = self._ask(struct.pack("<BBHIHH", 86, 0, 3, self.colormap, count, 0))
        return struct.unpack_from(f"<{count}I", reply, 32)

    def store_colors(self, cells, colors):
        """The colours (r, g, b in 8 bits) of these entries."""
        items = b"".join(struct.pack("<IHHHBx", cell, r * 257, g * 257, b * 257, 7) for cell, (r, g, b) in zip(cells, colors))
        self.socket.sendall(struct.pack("<BxHI", 89, 2 + len(items) // 4, self.colormap) + items)
        self.sync()

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
