"""Where recordings go that is no ordinary file in a friendly folder: FIFOs, devices, and what cannot be written."""

import json
import os
import shutil
import signal
import tempfile
import threading
import time

import pytest
from cli_driver import SLOW, SMALL, document, ok, one_line, probe, run, start
from disks import mounted
from rustcam_testing import holds_something

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


def wait_until(condition, process, seconds=20):
    until = time.monotonic() + seconds * SLOW
    while not condition():
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.02)


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


def test_one_signal_ends_the_recording_and_the_wait_for_the_reader_of_its_statistics(tmp_path, fifo):
    process = start("record", *SMALL, *QUICK, "--duration", "60", "--stats", fifo, "a.mp4", cwd=tmp_path)
    path = tmp_path / "a.mp4"
    wait_until(lambda: holds_something(path, more_than=4000), process)  # more than its head
    process.send_signal(signal.SIGINT)
    assert ended(process, 60)[0] == 0
    assert int(probe(tmp_path / "a.mp4")["nb_read_frames"]) > 0


def test_a_shot_into_a_fifo(tmp_path, fifo):
    reader = reader_of(fifo, after=0.5)
    ok("shot", *SMALL, "--format", "png", fifo)
    assert reader.join().startswith(b"\x89PNG")
    process = start("shot", *SMALL, "--format", "png", fifo)
    time.sleep(0.5 * SLOW)
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("where", ["stdout", "fifo"])
def test_a_shot_whose_reader_takes_nothing_ends_at_a_signal(fifo, number, where):
    # 1.2 MB: more than a pipe holds.
    command = ["shot", "--backend", "virtual", "-o", "mover@640x480@60", "--format", "raw"]
    held = os.open(fifo, os.O_RDWR) if where == "fifo" else None
    process = start(*command, fifo if where == "fifo" else "-")
    time.sleep(1 * SLOW)
    assert process.poll() is None
    process.send_signal(number)
    assert process.wait(10 * SLOW) == 0
    process.stdout.close()
    assert process.stderr.read() == b""
    if held is not None:
        os.close(held)


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


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.y4m"])
def test_a_file_that_is_removed_meanwhile_is_told_and_not_recorded_in_vain(tmp_path, name):
    folder = tmp_path / "folder"
    folder.mkdir()
    process = start("record", *SMALL, *([] if name.endswith("y4m") else QUICK), "--duration", "60", "--progress", "json",
                    "--json", folder / name)
    # From its first second on it has something to tell; before slot 0 it would not.
    assert json.loads(process.stderr.readline())["slots"] > 0
    shutil.rmtree(folder)
    # Long before the minute is over.
    status, out, err = ended(process, 30)
    assert status == 1 and "was removed" in err and str(folder / name) in err
    stats = json.loads(out)
    assert stats["ended_by"] == "error" and "was removed" in stats["error"]
    assert stats["frames"]["slots"] == 0 and stats["files"] == []
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_renamed_meanwhile_changes_nothing(tmp_path):
    (tmp_path / "before").mkdir()
    process = start("record", *SMALL, *QUICK, "--duration", "2", "before/a.mp4", cwd=tmp_path)
    wait_until(lambda: holds_something(tmp_path / "before" / "a.mp4"), process)
    (tmp_path / "before").rename(tmp_path / "after")
    assert ended(process, 30)[0] == 0
    assert int(probe(tmp_path / "after" / "a.mp4")["nb_read_frames"]) > 60


def test_a_folder_that_goes_during_the_countdown_is_one_clear_line(tmp_path):
    (tmp_path / "folder").mkdir()
    process = start("record", *SMALL, *QUICK, "--delay", "2", "-q", "--json", "folder/a.mp4", cwd=tmp_path)
    time.sleep(1)
    (tmp_path / "folder").rmdir()
    status, out, err = ended(process, 30)
    assert status == 1 and out == b""
    assert err.count("\n") == 1 and "folder/a.mp4" in err and "No such file" in err


@pytest.fixture
def read_only_disk(tmp_path):
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "ro", "none") as disk:
        if disk is None:
            pytest.skip("no right to mount a disk")
        yield disk


@pytest.mark.parametrize("option", [None, "--stats", "--timestamps"])
def test_a_read_only_disk_is_one_clear_line(tmp_path, read_only_disk, option):
    side = [option, read_only_disk / "side"] if option else []
    target = "a.mp4" if option else read_only_disk / "a.mp4"
    message = one_line(run("record", *SMALL, "--frames", "5", *side, target, cwd=tmp_path), 1)
    assert "Read-only file system" in message and str(read_only_disk) in message and "choose another place" in message
    assert os.listdir(tmp_path) == ["disk"]


def test_a_folder_that_one_may_not_write_to_is_one_clear_line():
    # Not pytest's own folder, which only we may enter.
    folder = tempfile.mkdtemp()
    try:
        os.chmod(folder, 0o755)
        as_other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        if not as_other:
            os.chmod(folder, 0o555)
        message = one_line(run("record", *SMALL, "--frames", "5", os.path.join(folder, "a.mp4"), **as_other), 1)
        assert "Permission denied" in message and "choose another place" in message
        assert os.listdir(folder) == []
    finally:
        os.rmdir(folder)
