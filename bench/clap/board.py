"""A clapperboard: the whole screen flashes and a burst is heard at each whole second of CLOCK_MONOTONIC. Run as a program of its
own (python -m clap.board), it writes a line of JSON for each flash ("flash_ns": when it was on the screen) and for each burst
("burst_ns": when it was heard, as far as the board itself knows)."""

import argparse
import ctypes
import json
import sys
import threading
import time
import types

import numpy as np
import sound_player
from sound_bed import take_real_time_priority
from wayland_client import WaylandClient

SECOND = 10**9
FLASH_SECONDS = 0.1
FAST_PPM = 300


class XScreen:
    """A window over all of an X screen."""

    def __init__(self, size):
        x11 = self._x11 = ctypes.CDLL("libX11.so.6")
        pointer, number = ctypes.c_void_p, ctypes.c_ulong
        for name, result, arguments in (
                ("XOpenDisplay", pointer, [ctypes.c_char_p]), ("XDefaultRootWindow", number, [pointer]),
                ("XCreateSimpleWindow", number, [pointer, number] + [ctypes.c_int] * 2 + [ctypes.c_uint] * 3 + [number] * 2),
                ("XMapRaised", ctypes.c_int, [pointer, number]), ("XSync", ctypes.c_int, [pointer, ctypes.c_int]),
                ("XSetWindowBackground", ctypes.c_int, [pointer, number, number]),
                ("XClearWindow", ctypes.c_int, [pointer, number])):
            function = getattr(x11, name)
            function.restype, function.argtypes = result, arguments
        self._display = x11.XOpenDisplay(None)
        if not self._display:
            raise OSError("no X server")
        root = x11.XDefaultRootWindow(self._display)
        self._window = x11.XCreateSimpleWindow(self._display, root, 0, 0, *size, 0, 0, 0)
        x11.XMapRaised(self._display, self._window)
        x11.XSync(self._display, 0)

    def show(self, white):
        self._x11.XSetWindowBackground(self._display, self._window, 0xFFFFFF if white else 0)
        self._x11.XClearWindow(self._display, self._window)
        self._x11.XSync(self._display, 0)


class WaylandScreen:
    """A surface over all of sway's first output."""

    def __init__(self, size, folder, display):
        self._client = WaylandClient(types.SimpleNamespace(folder=folder, display=display))
        self._pictures = [np.full((size[1], size[0], 3), value, np.uint8) for value in (0, 255)]
        self.show(False)

    def show(self, white):
        self._client.show(self._pictures[white])


_turn = threading.Lock()


def tell(**what):
    with _turn:
        print(json.dumps(what), flush=True)


def flash(screen):
    """For ever."""
    while True:
        at = time.monotonic_ns() // SECOND * SECOND + SECOND
        time.sleep(max(0, (at - time.monotonic_ns()) / SECOND - 0.002))
        while time.monotonic_ns() < at:
            pass
        screen.show(True)
        tell(flash_ns=time.monotonic_ns())
        time.sleep(FLASH_SECONDS)
        screen.show(False)


def speak(path, ppm, error_ms):
    """Into a microphone's pipe, whose clock is `ppm` fast, for ever; each burst is at the true whole second."""
    rate = sound_player.RATE * (1 + ppm / 1e6)
    burst = (30000 * sound_player.burst()).astype("<i2")
    began, written = time.monotonic_ns(), 0
    with open(path, "wb", buffering=0) as pipe:
        while True:
            due = int((time.monotonic_ns() - began) * rate / SECOND)
            if due > written:
                index = np.arange(written, due)
                true_ns = began + index / rate * SECOND - error_ms * 1e6
                since = ((true_ns % SECOND) * rate / SECOND).astype(np.int64)
                samples = np.where(since < len(burst), burst[np.minimum(since, len(burst) - 1)], 0).astype("<i2")
                if since.min() == 0:
                    tell(burst_ns=int(true_ns[np.argmin(since)] + SECOND // 2) // SECOND * SECOND)
                pipe.write(samples.tobytes())
                written = due
            time.sleep(0.001)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", required=True)
    parser.add_argument("--sway", nargs=2)
    parser.add_argument("--microphone")
    parser.add_argument("--quiet", type=float, default=0)
    parser.add_argument("--error-ms", type=float, default=0)
    options = parser.parse_args()
    size = tuple(map(int, options.size.split("x")))
    take_real_time_priority()  # it measures others: a busy machine must not make it late
    screen = WaylandScreen(size, *options.sway) if options.sway else XScreen(size)
    threading.Thread(target=flash, args=(screen,), daemon=True).start()
    if options.microphone:
        speak(options.microphone, FAST_PPM, options.error_ms)
        return
    time.sleep(options.quiet)
    # A burst that is late by a known error is told as if it were not.
    sound_player.play(sound_player.Stream("clap"), 10**6, bursts=True, error_ms=options.error_ms,
                      report=lambda at: tell(burst_ns=at - int(options.error_ms * 1e6)))


if __name__ == "__main__":
    sys.exit(main())
