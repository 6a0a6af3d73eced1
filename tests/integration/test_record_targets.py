"""Where recordings go that is no ordinary file in a friendly folder: FIFOs, devices, and what cannot be written."""

import json
import os
import signal
import subprocess
import threading
import time

import pytest
from cli_driver import SLOW, SMALL, document, ok, one_line, probe, run, start

QUICK = ["--preset", "ultrafast"]
RAW_FRAME = 320 * 240 * 4


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def reader_of(path, after=0.0):
    """Reads all that comes out of a FIFO, from `after` seconds on; join() gives the bytes."""
    got = bytearray()

    def read():
        time.sleep(after)
        with open(path, "rb") as file:
            while more := file.read(65536):
                got.extend(more)

    class Reader(threading.Thread):
        def join(self, timeout=60 * SLOW):
            super().join(timeout)
            assert not self.is_alive(), "the FIFO's writer never closed it"
            return bytes(got)

    thread = Reader(target=read, daemon=True)
    thread.start()
    return thread


def ended(process, seconds=10):
    out, err = process.communicate(timeout=seconds * SLOW)
    return process.returncode, out, err.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("more", [["--format", "rawvideo"], ["--format", "matroska", *QUICK]])
def test_a_fifo_without_a_reader_is_waited_for_until_a_signal(tmp_path, fifo, number, more):
    process = start("record", *SMALL, *more, "-v", "--json", "--stats", "s.json", "--timestamps", "t.jsonl", fifo, cwd=tmp_path)
    time.sleep(1 * SLOW)
    assert process.poll() is None
    process.send_signal(number)
    status, out, err = ended(process)
    assert status == 0 and out == b""
    assert "nothing was recorded" in err and "error" not in err
    assert os.listdir(tmp_path) == ["fifo"]


def test_a_fifo_whose_reader_comes_late_gets_every_frame(tmp_path, fifo):
    reader = reader_of(fifo, after=1)
    stats = document(ok("record", *SMALL, "--frames", "30", "--format", "rawvideo", "--json", fifo), "record")
    assert len(reader.join()) == 30 * RAW_FRAME
    assert stats["frames"]["slots"] == 30 and stats["ended_by"] == "frames"
    # Slot 0 waits for the reader, too: nothing was late for its sake.
    assert stats["files"][0]["bytes"] == 30 * RAW_FRAME


def test_an_encoded_recording_into_a_fifo_plays(tmp_path, fifo):
    reader = reader_of(fifo)
    ok("record", *SMALL, *QUICK, "--frames", "30", "--format", "matroska", fifo)
    (tmp_path / "copy.mkv").write_bytes(reader.join())
    assert int(probe(tmp_path / "copy.mkv")["nb_read_frames"]) == 30


def test_a_reader_of_a_fifo_that_goes_is_no_failure(tmp_path, fifo):
    process = start("record", *SMALL, "--format", "rawvideo", "--json", fifo)
    with open(fifo, "rb") as file:
        file.read(10 * RAW_FRAME)
    status, out, err = ended(process, 30)
    assert status == 0 and "error" not in err
    assert json.loads(out)["ended_by"] == "pipe_closed"


def test_time_stamps_and_statistics_into_fifos(tmp_path, fifo):
    os.mkfifo(tmp_path / "stats")
    slots, stats = reader_of(fifo, after=0.5), reader_of(tmp_path / "stats", after=2)
    ok("record", *SMALL, *QUICK, "--frames", "20", "--timestamps", fifo, "--stats", "stats", "a.mp4", cwd=tmp_path)
    assert len(slots.join().splitlines()) == 20
    assert json.loads(stats.join())["frames"]["slots"] == 20


def test_statistics_that_nobody_reads_cannot_keep_it_from_ending(tmp_path, fifo):
    process = start("record", *SMALL, *QUICK, "--frames", "20", "--stats", fifo, "a.mp4", cwd=tmp_path)
    time.sleep(2 * SLOW)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 0
    assert int(probe(tmp_path / "a.mp4")["nb_read_frames"]) == 20


def test_a_shot_into_a_fifo(tmp_path, fifo):
    reader = reader_of(fifo, after=0.5)
    ok("shot", *SMALL, "--format", "png", fifo)
    assert reader.join().startswith(b"\x89PNG")
    process = start("shot", *SMALL, "--format", "png", fifo)
    time.sleep(0.5 * SLOW)
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 0


@pytest.mark.parametrize("more", [["--format", "rawvideo"], ["--format", "y4m"], ["--format", "matroska", *QUICK],
                                  ["--format", "mp4", *QUICK]])
def test_the_null_device_takes_everything(more):
    stats = document(ok("record", *SMALL, *more, "--frames", "20", "--json", "/dev/null"), "record")
    assert stats["frames"]["slots"] == 20 and stats["ended_by"] == "frames"
    assert stats["files"][0]["bytes"] > 1000


@pytest.mark.parametrize("more", [["--format", "rawvideo"], ["--format", "matroska", *QUICK], ["--format", "mp4", *QUICK]])
def test_the_full_device_takes_nothing(tmp_path, more):
    message = one_line(run("record", *SMALL, *more, "--duration", "20", "/dev/full", cwd=tmp_path), 1)
    assert "/dev/full" in message and "No space left" in message
    assert os.path.exists("/dev/full") and os.listdir(tmp_path) == []
