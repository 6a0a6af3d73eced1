"""A program that plays, and knows when each of its bursts is heard. Run as

    sound_player.py [--name N] [--sink S] [--tone HZ] [--bursts] [--seconds S] [--error-ms E] [--latency-ms L]

it plays a steady tone, or a burst of 30 ms at each whole second of CLOCK_MONOTONIC, and prints a line of JSON for each
burst: `at_ns`, when the sound system says that it was heard. The server is found as any client finds it (PULSE_SERVER)."""

import argparse
import collections
import ctypes
import json
import os
import sys
import threading
import time

import numpy as np

RATE = 48000
BURST_SECONDS = 0.03
_FLOAT32LE = 5
_NOTHING = 0xFFFFFFFF
_NO_AUTOSPAWN, _ADJUST_LATENCY = 1, 0x2000
_CONTEXT_READY, _STREAM_READY = 4, 2
_RUNNING = 0
_HANDED_ON = int(os.environ.get("SOUND_PLAYER_HANDED_ON", "0"))


class _SampleSpec(ctypes.Structure):
    _fields_ = [("format", ctypes.c_int), ("rate", ctypes.c_uint32), ("channels", ctypes.c_uint8)]


class _BufferAttr(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("maxlength", "tlength", "prebuf", "minreq", "fragsize")]


class _TimeVal(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("microseconds", ctypes.c_long)]


class _TimingInfo(ctypes.Structure):
    _fields_ = [("timestamp", _TimeVal), ("synchronized", ctypes.c_int), ("sink_us", ctypes.c_uint64),
                ("source_us", ctypes.c_uint64), ("transport_us", ctypes.c_uint64), ("playing", ctypes.c_int),
                ("write_index_corrupt", ctypes.c_int), ("write_index", ctypes.c_int64),
                ("read_index_corrupt", ctypes.c_int), ("read_index", ctypes.c_int64)]


def _library():
    library = ctypes.CDLL("libpulse.so.0")
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, arguments in (
            ("mainloop_new", pointer, []), ("mainloop_free", None, [pointer]), ("mainloop_get_api", pointer, [pointer]),
            ("mainloop_prepare", number, [pointer, number]), ("mainloop_poll", number, [pointer]),
            ("mainloop_dispatch", number, [pointer]), ("context_new", pointer, [pointer, text]),
            ("context_connect", number, [pointer, text, number, pointer]), ("context_disconnect", None, [pointer]),
            ("context_unref", None, [pointer]), ("context_get_state", number, [pointer]),
            ("stream_new", pointer, [pointer, text, pointer, pointer]), ("stream_unref", None, [pointer]),
            ("stream_connect_playback", number, [pointer, text, pointer, number, pointer, pointer]),
            ("stream_disconnect", number, [pointer]), ("stream_get_state", number, [pointer]),
            ("stream_writable_size", ctypes.c_size_t, [pointer]),
            ("stream_write", number, [pointer, text, ctypes.c_size_t, pointer, ctypes.c_int64, number]),
            ("stream_update_timing_info", pointer, [pointer, pointer, pointer]),
            ("stream_get_timing_info", ctypes.POINTER(_TimingInfo), [pointer]),
            ("operation_get_state", number, [pointer]), ("operation_unref", None, [pointer])):
        function = getattr(library, f"pa_{name}")
        function.restype, function.argtypes = result, arguments
    return library


class Stream:
    """Sound on its way to a sink, stereo floats. What it says of time comes from the server's own numbers, each taken at one
    instant. pipewire-pulse leaves out the buffer that it has handed on, which is as long as a cycle of its graph (pw_time.queued,
    which its answer does not count; seen in a recording, too, for cycles of 64 to 1024). SOUND_PLAYER_HANDED_ON is its length."""

    def __init__(self, name="player", sink=None, latency_ms=100):
        self._pa = _library()
        self._loop = self._pa.pa_mainloop_new()
        self._context = self._pa.pa_context_new(self._pa.pa_mainloop_get_api(self._loop), name.encode())
        self._stream = self._question = None
        self.position = 0
        self._starts = collections.deque(maxlen=25)
        if self._pa.pa_context_connect(self._context, None, _NO_AUTOSPAWN, None) < 0:
            raise OSError("no sound server answers")
        self._wait(lambda: self._pa.pa_context_get_state(self._context) == _CONTEXT_READY)
        length = RATE * 8 * latency_ms // 1000
        buffer = _BufferAttr(_NOTHING, length, length // 2, _NOTHING, _NOTHING)
        self._stream = self._pa.pa_stream_new(self._context, b"play", ctypes.byref(_SampleSpec(_FLOAT32LE, RATE, 2)), None)
        self._pa.pa_stream_connect_playback(self._stream, sink.encode() if sink else None, ctypes.byref(buffer),
                                            _ADJUST_LATENCY, None, None)
        self._wait(lambda: self._pa.pa_stream_get_state(self._stream) == _STREAM_READY)

    def _turn(self, seconds=0.02):
        if (self._pa.pa_mainloop_prepare(self._loop, int(seconds * 1e6)) < 0 or self._pa.pa_mainloop_poll(self._loop) < 0 or
                self._pa.pa_mainloop_dispatch(self._loop) < 0):
            raise OSError("libpulse's loop has failed")
        if (self._pa.pa_context_get_state(self._context) > _CONTEXT_READY or
                self._stream and self._pa.pa_stream_get_state(self._stream) > _STREAM_READY):
            raise OSError("the sound server takes nothing any more")

    def _wait(self, done, seconds=60):
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                raise OSError("the sound server does not answer")
            self._turn()

    def wait_writable(self, frames, stop):
        """False if `stop` has been set first."""
        while self._pa.pa_stream_writable_size(self._stream) < frames * 8:
            if stop and stop.is_set():
                return False
            self._turn()
            self._learn()
        return True

    def write(self, mono):
        samples = np.repeat(np.asarray(mono, "<f4"), 2).tobytes()
        if self._pa.pa_stream_write(self._stream, samples, len(samples), None, 0, 0) < 0:
            raise OSError("the sound server takes nothing any more")
        self.position += len(mono)

    def measure(self):
        """Asks once more when samples are heard; a later wait takes the answer."""
        if not self._question:
            self._question = self._pa.pa_stream_update_timing_info(self._stream, None, None)

    def _learn(self):
        if not self._question or self._pa.pa_operation_get_state(self._question) == _RUNNING:
            return
        self._pa.pa_operation_unref(self._question)
        self._question = None
        found = self._pa.pa_stream_get_timing_info(self._stream)
        if not found or not found[0].playing or found[0].read_index_corrupt:
            return
        info = found[0]
        stamp = info.timestamp.seconds * 10**9 + info.timestamp.microseconds * 1000
        at = time.monotonic_ns() - (time.time_ns() - stamp)
        self._starts.append(at + info.sink_us * 1000 - info.read_index // 8 * 10**9 // RATE)

    @property
    def measured(self):
        return len(self._starts) > 4

    def heard_ns(self, position):
        """When a sample is heard, by all that was measured lately; the sink's clock is taken to be right. An answer may be
        late, hardly ever early."""
        start = sorted(self._starts)[len(self._starts) // 4]
        return start + (position + _HANDED_ON) * 10**9 // RATE

    def close(self):
        if self._question:
            self._pa.pa_operation_unref(self._question)
        if self._stream:
            self._pa.pa_stream_disconnect(self._stream)
            self._pa.pa_stream_unref(self._stream)
        self._pa.pa_context_disconnect(self._context)
        self._pa.pa_context_unref(self._context)
        self._pa.pa_mainloop_free(self._loop)


def burst(hz=1000):
    return 0.8 * np.sin(2 * np.pi * hz * np.arange(int(RATE * BURST_SECONDS)) / RATE + np.pi / 2)


def play(stream, seconds, tone=0, bursts=False, error_ms=0, stop=None, report=lambda at_ns: None):
    """Bursts come `error_ms` after the whole second."""
    chunk = RATE // 100
    pending, told = None, []
    until = time.monotonic() + seconds
    began = time.monotonic()
    while time.monotonic() < until and not (stop and stop.is_set()):
        index = stream.position + np.arange(chunk)
        samples = 0.5 * np.sin(2 * np.pi * tone * index / RATE) if tone else np.zeros(chunk)
        # What is measured in the first moments, while the server fills its buffers, is wrong.
        if bursts and stream.measured and time.monotonic() - began > 0.5:
            now = stream.heard_ns(stream.position) - int(error_ms * 1e6)
            ahead = -now % 10**9 * RATE // 10**9
            if pending is None and ahead < chunk:
                pending = stream.position + ahead
                told.append(pending)
            if pending is not None:
                at = index - pending
                inside = (at >= 0) & (at < RATE * BURST_SECONDS)
                samples[inside] = burst()[at[inside]]
                if at[-1] >= RATE * BURST_SECONDS:
                    pending = None
        if not stream.wait_writable(chunk, stop):
            return
        stream.write(samples)
        if time.monotonic() - began > 0.3:
            stream.measure()
        while told and stream.position - told[0] > RATE // 2:
            report(stream.heard_ns(told.pop(0)))


class Player(threading.Thread):
    """Plays in this process until it is stopped; `bursts_ns` is when each burst was heard."""

    def __init__(self, **what):
        super().__init__(daemon=True)
        self.bursts_ns = []
        self._stop_event = threading.Event()
        self._stream = Stream(what.pop("name", "player"), what.pop("sink", None), what.pop("latency_ms", 100))
        self._what = what
        self.start()

    def run(self):
        try:
            play(self._stream, 3600, stop=self._stop_event, report=self.bursts_ns.append, **self._what)
        except OSError:
            pass

    def stop(self):
        self._stop_event.set()
        self.join()
        self._stream.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", default="player")
    parser.add_argument("--sink")
    parser.add_argument("--tone", type=float, default=0)
    parser.add_argument("--bursts", action="store_true")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--error-ms", type=float, default=0)
    parser.add_argument("--latency-ms", type=int, default=100)
    options = parser.parse_args()
    stream = Stream(options.name, options.sink, options.latency_ms)
    play(stream, options.seconds, options.tone, options.bursts, options.error_ms,
         report=lambda at: print(json.dumps({"at_ns": at}), flush=True))
    stream.close()


if __name__ == "__main__":
    sys.exit(main())
