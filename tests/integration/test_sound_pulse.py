"""The system's sound by itself, before any track: which device, when, and what happens when it goes. sound_blocks drives it."""

import contextlib
import os
import pathlib
import signal
import statistics
import threading
import time

import numpy as np
import pytest
from rustcam_testing import in_a_calm_run
from sound_bed import Taking, blocks_tool, take

NO_SERVER = "start one with `pulseaudio --start`, or start pipewire with pipewire-pulse"


class Talking:
    """Writes a tone into a microphone's pipe, in real time."""

    def __init__(self, path, hz, rate=48000):
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, args=(path, hz, rate), daemon=True)
        self._thread.start()

    def _write(self, path, hz, rate):
        wave = (16000 * np.sin(2 * np.pi * hz * np.arange(rate) / rate)).astype("<i2")
        began, written = time.monotonic(), 0
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        while not self._stop.wait(0.005):
            due = int((time.monotonic() - began) * rate)
            while written < due:
                piece = wave[written % rate:][:min(due - written, 1000)]  # so little goes whole or not at all
                with contextlib.suppress(BlockingIOError):  # nobody listens: it is said into the wind
                    os.write(pipe, piece.tobytes())
                written += len(piece)
        os.close(pipe)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()


def test_list(sound):
    rows = blocks_tool("list", env=sound.env)
    first, second = rows[:2]
    assert (first["id"], first["kind"], first["default"], first["rate"], first["channels"]) == (
        "null1.monitor", "desktop", True, 48000, 2)
    assert (second["id"], second["kind"], second["default"], second["rate"]) == ("null2.monitor", "desktop", False, 44100)
    if sound.kind == "pulse":
        assert (first["name"], second["name"]) == ("First", "Second")
    assert blocks_tool("reason", env=sound.env) == [""]


def test_the_default_output_and_others_by_name(sound):
    with sound.play(name="one", sink="null1", tone=440), sound.play(name="two", sink="null2", tone=1000):
        for what, device, mine, other in (
                ("desktop", "null1.monitor", 440, 1000), ("default_output", "null1.monitor", 440, 1000),
                ("device:null2.monitor", "null2.monitor", 1000, 440), ("device:null2", "null2.monitor", 1000, 440),
                ("null2.monitor", "null2.monitor", 1000, 440)):
            taken = take(sound, what)
            assert taken.opened["device"]["id"] == device
            assert taken.rate == taken.opened["device"]["rate"]
            assert taken.tone(mine) > 0.2 > 10 * taken.tone(other)


def test_a_device_by_what_people_call_it(sound):
    name = next(row["name"] for row in blocks_tool("list", env=sound.env) if row["id"] == "null2.monitor")
    assert take(sound, f"device:{name}", 0.1).opened["device"]["id"] == "null2.monitor"


def test_an_unknown_device_is_told_with_those_that_there_are(sound):
    for what in ("device:nowhere", "nowhere"):
        end = take(sound, what).end
        assert end["event"] == "UsageError"
        assert "'nowhere'" in end["what"] and "'null1.monitor'" in end["what"] and "'null2.monitor'" in end["what"]


def test_no_microphone(sound):
    end = take(sound, "mic").end
    assert end["event"] == "UsageError" and "there is no microphone" in end["what"]


def test_a_microphone(own_sound):
    path = own_sound.add_microphone()
    rows = blocks_tool("list", env=own_sound.env)
    assert [(row["id"], row["default"]) for row in rows if row["kind"] == "mic"] == [("mic1", True)]
    with Talking(path, 700):
        for what in ("mic", "device:mic1"):
            taken = take(own_sound, what)
            assert taken.opened["device"]["id"] == "mic1" and taken.opened["channels"] == 1
            assert taken.tone(700) > 0.1 > 10 * taken.tone(1300)


def test_programs_are_told_apart(sound):
    with sound.play(name="Alpha", tone=440), sound.play(name="Beta", tone=1000):
        rows = blocks_tool("list", env=sound.env)
        assert {row["id"] for row in rows if row["kind"] == "app"} == {"Alpha", "Beta"}
        for what, mine, other in (("app:Alpha", 440, 1000), ("app:beta", 1000, 440), ("Beta", 1000, 440)):
            taken = take(sound, what, 1.5)
            assert taken.tone(mine) > 0.1 > 10 * taken.tone(other)


def test_a_program_that_begins_to_play_later_and_twice(sound):
    taking = Taking(sound, "app:Late")
    taking.wait_for("open")
    with sound.play(name="Late", tone=440), sound.play(name="Other", tone=700):
        taking.wait_for("block")
        with sound.play(name="Late", tone=1000):
            time.sleep(1.5)
            taken = taking.stop()
    assert taken.tone(440) > 0.1 and taken.tone(1000) > 0.1 > 10 * taken.tone(700)


@pytest.mark.parametrize("what", ["desktop", "app:clap"])
def test_bursts_are_where_they_were_heard(sound, what):
    def check():
        # Something plays before, of which nothing may shift what comes.
        with sound.play(name="clap", bursts=True) as playing:
            taken = take(sound, what, 4)
            time.sleep(0.8)
        heard = taken.bursts_ns()
        assert len(heard) >= 2
        errors = [min((at - played for played in playing.bursts_ns), key=abs) / 1e6 for at in heard[:-1]]
        assert abs(statistics.median(errors)) < (5 if sound.kind == "pulse" else 10)

    in_a_calm_run(check)


def test_a_changed_default_is_told(sound):
    try:
        for what, expected in (("desktop", "moved"), ("device:null1", "cancelled")):
            sound.make_default("null1")
            taking = Taking(sound, what)
            taking.wait_for("block")
            sound.make_default("null2")
            if expected == "moved":
                assert taking.result().end["event"] == expected
                assert take(sound, "desktop", 0.2).opened["device"]["id"] == "null2.monitor"
            else:
                taking.wait_for("block")
                assert taking.stop().end["event"] == expected
    finally:
        sound.make_default("null1")


def test_a_named_device_goes_and_comes_back(sound):
    module = sound.add_sink("usb", description="Headset")
    taking = Taking(sound, "device:usb.monitor")
    taking.wait_for("block")
    sound.remove(module)
    assert taking.result().end["event"] == "AccessLost"
    assert take(sound, "device:usb.monitor", again=True).end["event"] == "AccessLost"
    module = sound.add_sink("usb", description="Headset")
    assert take(sound, "device:usb.monitor", 0.2, again=True).opened["device"]["id"] == "usb.monitor"
    sound.remove(module)


def test_the_default_goes(sound):
    module = sound.add_sink("usb")
    sound.make_default("usb")
    taking = Taking(sound, "desktop")
    taking.wait_for("block")
    sound.remove(module)
    assert taking.result().end["event"] == "moved"
    sound.make_default("null1")


def test_a_server_that_dies_and_comes_back(own_sound):
    taking = Taking(own_sound, "desktop")
    taking.wait_for("block")
    own_sound.kill()
    assert taking.result().end["event"] == "DeviceError"
    end = take(own_sound, "desktop", again=True).end
    assert end["event"] == "DeviceError" and NO_SERVER in end["what"]
    own_sound.start()
    assert take(own_sound, "desktop", 0.2, again=True).opened


def test_a_server_that_hangs_holds_nobody(own_sound):
    taking = Taking(own_sound, "desktop")
    taking.wait_for("block")
    own_sound.freeze()
    taken = taking.stop()
    assert taken.end["event"] == "cancelled"
    end = take(own_sound, "desktop").end
    assert end["event"] == "DeviceError" and "hangs" in end["what"]
    own_sound.thaw()
    assert take(own_sound, "desktop", 0.2).opened


def test_a_server_that_hangs_while_it_is_recorded_is_noticed_and_comes_back(own_sound):
    taking = Taking(own_sound, "desktop")
    taking.wait_for("block")
    own_sound.freeze()
    taken = taking.result()
    assert taken.end["event"] == "DeviceError" and "hangs" in taken.end["what"]
    own_sound.thaw()
    assert take(own_sound, "desktop", 0.2, again=True).opened


def test_a_sink_that_sleeps(own_sound):
    """What comes after is at its own time, not where the sound before it ended."""
    def check():
        with own_sound.play(name="clap", bursts=True) as playing:
            taking = Taking(own_sound, "desktop")
            for _ in range(50):
                taking.wait_for("block")
            own_sound.control("suspend-sink", "null1", "1")
            time.sleep(1.5)
            own_sound.control("suspend-sink", "null1", "0")
            time.sleep(2.5)
            taken = taking.stop()
            time.sleep(0.8)
        steps = np.diff(taken.times)
        assert np.max(steps) > 1e9
        after = [at for at in taken.bursts_ns() if at > taken.times[np.argmax(steps) + 1]]
        assert after
        errors = [min((at - played for played in playing.bursts_ns), key=abs) / 1e6 for at in after]
        assert abs(statistics.median(errors)) < 10

    in_a_calm_run(check)


def test_a_reader_that_was_stopped_gets_all_in_its_place(own_sound):
    """The server has kept it."""
    def check():
        with own_sound.play(name="clap", bursts=True) as playing:
            taking = Taking(own_sound, "desktop")
            taking.wait_for("block")
            time.sleep(1)
            taking.process.send_signal(signal.SIGSTOP)
            time.sleep(2)
            taking.process.send_signal(signal.SIGCONT)
            time.sleep(1)
            taken = taking.stop()
            time.sleep(0.8)
        assert len(taken.bursts_ns()) >= 3
        errors = [min((at - played for played in playing.bursts_ns), key=abs) / 1e6 for at in taken.bursts_ns()]
        assert max(abs(each) for each in errors) < 10

    in_a_calm_run(check)


def test_no_server():
    env = dict(os.environ, PULSE_SERVER="unix:/nonexistent/native")
    reason, = blocks_tool("reason", env=env)
    assert reason.startswith("no sound server answers (") and NO_SERVER in reason and "\n" not in reason
    end, = blocks_tool("list", env=env)
    assert (end["event"], end["what"]) == ("DeviceError", reason)


def test_no_library(tmp_path):
    pathlib.Path(tmp_path, "libpulse.so.0").write_bytes(b"")
    reason, = blocks_tool("reason", env=dict(os.environ, LD_LIBRARY_PATH=str(tmp_path)))
    assert "libpulse.so.0" in reason and "libpulse0" in reason
