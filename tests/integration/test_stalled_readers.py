"""Readers that take nothing, or nothing any more, of whatever the program writes: one signal ends it all the same, in order.

A spread of the combinations is tried; with RUSTCAM_ALL_STALLS all of them are. The runs wait most of the time, so all go at once."""

import concurrent.futures
import fcntl
import itertools
import json
import os
import signal
import struct
import subprocess
import termios
import time

import pytest
from cli_driver import CLI, SLOW, environment, probe, validate
from rustcam_testing import holds_something

LIVE = ["record", "--backend", "virtual", "-o", "mover@320x240@60", "--fps", "20"]
QUICK = ["--encoder", "x264", "--preset", "ultrafast", "--bitrate", "8M"]

FORMATS = {"mp4": [*QUICK, "--fragment", "0.2"], "mov": [*QUICK, "--fragment", "0.2"], "matroska": [*QUICK, "--fragment", "0.2"],
           "webm": ["--bitrate", "2M"], "mpegts": QUICK, "nut": QUICK, "gif": [], "y4m": [], "rawvideo": []}
ENDINGS = {"matroska": "mkv", "mpegts": "ts", "rawvideo": "raw"}
ENLARGED = ["y4m", "rawvideo"]
"""Their pipe is made larger, so that it is full no longer."""
PIPED = ["mp4", "matroska", "webm", "mpegts", "nut", "y4m", "rawvideo"]

CASES = [*itertools.product(["recording", "full"], PIPED),
         *itertools.product(["timestamps", "stats", "stderr", "stdout"], FORMATS)]
if not os.environ.get("RUSTCAM_ALL_STALLS"):
    spread = {"timestamps": ["mp4", "matroska", "y4m"], "stats": ["mp4", "webm"], "stderr": ["mp4", "matroska", "rawvideo"],
              "stdout": ["mov", "nut"], "full": ["mp4", "matroska", "mpegts", "rawvideo"], "recording": PIPED}
    CASES = [(where, kind) for where, kind in CASES if kind in spread[where]]


class StalledPipe:
    """A FIFO, or a pipe if it has no name, that is held open and not read; `full`: from the start."""

    def __init__(self, path=None, full=False, bytes_held=4096):
        if path:
            os.mkfifo(path)
            self.reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            self.writing = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        else:
            self.reading, self.writing = os.pipe2(os.O_CLOEXEC)
            os.set_blocking(self.reading, False)
        held = fcntl.fcntl(self.writing, fcntl.F_SETPIPE_SZ, bytes_held)
        self.given = os.write(self.writing, bytes(held)) if full else 0

    def holds(self):
        return struct.unpack("i", fcntl.ioctl(self.reading, termios.FIONREAD, bytes(4)))[0]

    def drain(self):
        """What it holds beyond what it was given; the end."""
        os.close(self.writing)
        got = bytearray()
        while more := os.read(self.reading, 1 << 20):
            got += more
        os.close(self.reading)
        return bytes(got[self.given:])


def wait_until(condition, process):
    until = time.monotonic() + 60 * SLOW
    while not condition():
        assert process.poll() is None, "it ended too early"
        assert time.monotonic() < until, "it never stalled"
        time.sleep(0.05)


def stalled(pipe):
    """True once as much as ever is in the pipe, for a while."""
    seen = [pipe.holds(), time.monotonic()]

    def look():
        if pipe.holds() != seen[0]:
            seen[:] = [pipe.holds(), time.monotonic()]
        return seen[0] > 0 and time.monotonic() - seen[1] > 1.5

    return look


def recorded(path, least):
    return lambda: holds_something(path, more_than=least)


def run(where, kind, folder):
    """Records until one reader has stalled, and one signal later: exit status, what stderr got, what the pipe got, and the files."""
    target = folder / f"out.{ENDINGS.get(kind, kind)}"
    command = [*LIVE, *FORMATS[kind], "--format", kind]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    pipe = None
    if where in ("recording", "full"):
        # Room for some fragments: what is read back is to hold pictures.
        size = {"full": 4096, "recording": 1 << 20 if kind in ENLARGED else 1 << 17}[where]
        pipe = StalledPipe(target, where == "full", size)
        command += ["--stats", folder / "stats.json"]
    elif where in ("timestamps", "stats"):
        pipe = StalledPipe(folder / "fifo", where == "stats")
        command += [f"--{where}", folder / "fifo"]
    else:
        pipe = StalledPipe(full=True)
        streams[where] = pipe.writing
        command += ["--json"] if where == "stdout" else ["--progress", "json", "-v", "--stats", folder / "stats.json"]
    process = subprocess.Popen([CLI, *map(str, [*command, target])], env=environment(), stdin=subprocess.DEVNULL, **streams)
    try:
        wait_until(stalled(pipe) if where in ("recording", "full") else recorded(target, 20_000), process)
        if where in ("stdout", "stderr", "stats"):
            time.sleep(1)
        process.send_signal(signal.SIGINT)
        status = process.wait(60 * SLOW)
    finally:
        process.kill()
        process.wait()
    said = process.stderr.read().decode() if process.stderr else ""
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    return status, said, pipe.drain(), target


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Every case's run, all at once: they wait most of the time."""
    with concurrent.futures.ThreadPoolExecutor(len(CASES) if len(CASES) < 30 else 16) as pool:
        yield {case: pool.submit(run, *case, tmp_path_factory.mktemp("-".join(case))) for case in CASES}


def frames_in(path, kind):
    if kind == "rawvideo":
        return path.stat().st_size // (320 * 240 * 4)
    return int(probe(path)["nb_read_frames"])


def plays_up_to_its_cut(path):
    """How many frames play of a stream that was cut off anywhere."""
    out = subprocess.run(["ffprobe", "-v", "quiet", "-select_streams", "v:0", "-count_frames", "-show_entries", "stream=nb_read_frames",
                          "-of", "json", str(path)], stdout=subprocess.PIPE, check=True).stdout
    return int(json.loads(out)["streams"][0]["nb_read_frames"])


@pytest.mark.parametrize("where,kind", CASES)
def test_one_signal_ends_it(runs, where, kind):
    status, said, taken, target = runs[where, kind].result()
    assert status == 0, said
    assert "error" not in said
    told = target.parent / "stats.json"
    if where not in ("timestamps", "stats", "stdout"):
        stats = validate(json.loads(told.read_text()), "record")
        assert stats["ended_by"] == "signal" and stats["error"] is None
    if where in ("full", "stats", "stdout", "stderr") and kind not in ENLARGED:
        assert taken == b""
    if where == "recording":
        cut = target.parent / f"cut.{ENDINGS.get(kind, kind)}"
        cut.write_bytes(taken)
        assert (frames_in(cut, kind) if kind == "rawvideo" else plays_up_to_its_cut(cut)) > 0
    elif where != "full":
        assert frames_in(target, kind) > 0
    if where == "stderr":
        assert frames_in(target, kind) == stats["frames"]["slots"] - stats["frames"]["unencoded"]


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["list", "backends"], ["list", "--json", "backends"], ["doctor"],
                                     ["completion", "bash"], ["shot", "--backend", "virtual", "-o", "mover@320x240@60", "-"]])
def test_text_that_nobody_takes_is_given_up_at_a_signal(tmp_path, command):
    pipe = StalledPipe(full=True)
    process = subprocess.Popen([CLI, *command], cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL, stdout=pipe.writing,
                               stderr=subprocess.PIPE)
    try:
        # Until it waits where a signal is counted, it may be killed by it as any program is.
        wait_until(lambda: waits_for_a_reader(process.pid), process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60 * SLOW) in (0, 1 if command == ["doctor"] else 0)
        assert process.stderr.read() == b""
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    assert pipe.drain() == b""


def waits_for_a_reader(pid):
    """SIGTERM is caught, and its main thread sleeps."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["SigCgt"], 16) >> (signal.SIGTERM - 1) & 1 and fields["State"].split()[0] == "S"


def test_messages_that_nobody_reads_cost_a_second_and_no_more(tmp_path):
    pipe = StalledPipe(full=True)
    process = subprocess.Popen([CLI, "shot", "-vv", "--backend", "virtual", "-o", "nothing", "a.png"], cwd=tmp_path, env=environment(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=pipe.writing)
    assert process.wait(60 * SLOW) == 2
    assert pipe.drain() == b""
