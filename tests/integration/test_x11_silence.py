"""An X server that does not answer: one that never did, one that is stopped, one that another program holds."""

import contextlib
import itertools
import json
import os
import random
import signal
import socket
import struct
import threading
import time

import numpy as np
import pytest
from rustcam_testing import SLOW, XServer, environment, ffprobe, ok_cli, picture, start_cli, wait_until

PATIENCE = 60 * SLOW
"""For the end of a command. Without limits of its own it would never come."""


class Listener:
    """Takes connections and never says anything. `display`: its name for clients."""

    def __init__(self, kind):
        for _ in range(1000):
            number = random.randrange(200, 9000)
            try:
                if kind == "tcp":
                    self.socket = socket.create_server(("127.0.0.1", 6000 + number), backlog=64)
                    self.display = f"127.0.0.1:{number}"
                else:
                    self.socket = socket.socket(socket.AF_UNIX)
                    self.socket.bind(f"\0/tmp/.X11-unix/X{number}")
                    self.socket.listen(64)
                    self.display = f":{number}"
                break
            except OSError:
                self.socket.close()
        self.socket.settimeout(PATIENCE)
        self.env = environment(DISPLAY=self.display)
        self.taken = []

    def take(self):
        """Waits for a client's first words."""
        client, _ = self.socket.accept()
        client.settimeout(PATIENCE)
        assert client.recv(1)
        self.taken.append(client)

    def close(self):
        for each in (self.socket, *self.taken):
            each.close()


@contextlib.contextmanager
def listening(kind):
    listener = Listener(kind)
    try:
        yield listener
    finally:
        listener.close()


@contextlib.contextmanager
def relaying(server, pace=None):
    """Shakes hands as `server` does. Then it says nothing; with `pace` (bytes a second), what the server says."""
    def talk(client):
        with contextlib.suppress(OSError), connect(server) as there:
            theirs.append(there)
            there.sendall(receive(client, 12))
            head = receive(there, 8)
            client.sendall(head + receive(there, 4 * struct.unpack_from("<H", head, 6)[0]))
            if pace is None:
                client.recv(1 << 20, socket.MSG_PEEK)
                over.wait()
            threading.Thread(target=pass_on, args=(client, there), daemon=True).start()
            pass_on(there, client, pace)

    def pass_on(one, other, pace=None):
        with contextlib.suppress(OSError):
            while data := one.recv(pace // 20 if pace else 1 << 16):
                other.sendall(data)
                time.sleep(len(data) / pace if pace else 0)
            other.shutdown(socket.SHUT_WR)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                listener.taken.append(listener.socket.accept()[0])
                threading.Thread(target=talk, args=(listener.taken[-1],), daemon=True).start()

    over, theirs = threading.Event(), []
    with listening("tcp") as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener
        listener.socket.shutdown(socket.SHUT_RDWR)
        # What still waits in a relay does not come to the server any more, which other tests use.
        for there in theirs:
            with contextlib.suppress(OSError):
                there.shutdown(socket.SHUT_RDWR)
        over.set()


@contextlib.contextmanager
def stopped(server):
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield server
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


@contextlib.contextmanager
def held(server):
    """Another client has the server for itself (GrabServer)."""
    with connect(server) as client:
        client.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0))
        head = receive(client, 8)
        assert head[0] == 1
        receive(client, 4 * struct.unpack_from("<H", head, 6)[0])
        client.sendall(struct.pack("<BxH", 36, 1) + struct.pack("<BxH", 43, 1))  # GrabServer, GetInputFocus
        receive(client, 32)
        yield server


def connect(server):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PATIENCE)
    client.connect(f"/tmp/.X11-unix/X{server.display[1:]}")
    return client


def receive(client, count):
    data = b""
    while len(data) < count:
        more = client.recv(count - len(data))
        assert more
        data += more
    return data


@pytest.fixture(name="server", scope="module")
def small_server():
    with XServer(size=(320, 240)) as server:
        yield server


@pytest.fixture(name="other_server", scope="module")
def another_small_server():
    with XServer(size=(320, 240)) as server:
        yield server


def start_all(env, folder, commands):
    return {name: start_cli(*command, env=env, cwd=folder) for name, command in commands.items()}


def end_all(processes):
    """What each said: (exit status, stdout, stderr). Each has to end by itself."""
    try:
        return {name: (each.wait(PATIENCE), *each.communicate()) for name, each in processes.items()}
    finally:
        for each in processes.values():
            if each.poll() is None:
                each.kill()
                each.communicate()


COMMANDS = {
    "shot": ("shot", "--timeout", "300", "shot.png"),
    "record": ("record", "--timeout", "300", "--duration", "0.2", "out.mp4"),
    "bench": ("bench", "--timeout", "300", "--duration", "0.2", "--repeat", "1"),
    "stimulus": ("stimulus", "mover", "--duration", "0.2"),
    "list": ("list",),
    "windows": ("list", "windows"),
    "doctor": ("doctor", "--json"),
}


def test_each_command_gives_up_and_says_why(server, other_server, tmp_path):
    with listening("tcp") as tcp, listening("unix") as unix, XServer(size=(64, 48)) as third, relaying(third) as mute, \
            stopped(server), held(other_server):
        for index, place in enumerate((tcp, unix, mute, server, other_server)):
            (tmp_path / str(index)).mkdir()
            place.processes = start_all(place.env, tmp_path / str(index), COMMANDS)
        places = {place.display: end_all(place.processes) for place in (tcp, unix, mute, server, other_server)}
    for display, said in places.items():
        for name, (status, out, text) in said.items():
            assert status == 1, (name, text)
            told = out if name == "doctor" else text
            assert b"has not answered for" in told and display.encode() in told, (name, told)
    assert not [each for each in tmp_path.glob("*/*")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_ends_each_command(tmp_path, number):
    slow = {name: (*command, *(("--timeout", "600000") if name in ("shot", "record", "bench") else ()))
            for name, command in COMMANDS.items()}
    with listening("unix") as place:
        processes = start_all(place.env, tmp_path, slow)
        for _ in processes:
            place.take()
        for each in processes.values():
            each.send_signal(number)
        said = end_all(processes)
    for name, (status, _, text) in said.items():
        # Those who make nothing that would have to be finished leave the signal to the system.
        assert status == (-number if name in ("list", "windows", "doctor") else 0), (name, text)
    assert not list(tmp_path.iterdir())


def test_a_slow_line_is_no_silence(server, tmp_path):
    # The picture takes 4 s, twice as long as a server may be silent.
    with relaying(server, pace=80_000) as place:
        ok_cli("shot", "--no-cursor", tmp_path / "shot.png", env=place.env)
    assert np.array_equal(picture(tmp_path / "shot.png"), server.grab())


class Recording:
    def __init__(self, server, folder, name, *args):
        self.path = folder / f"{name}.mkv"
        self.told = folder / f"{name}.progress"
        with self.told.open("wb") as progress:
            self.process = start_cli("record", "--fps", "20", "--encoder", "mpeg4", "--progress", "json", "--json", *args,
                                     str(self.path), env=server.env, stderr=progress)

    def told_last(self, what):
        """Of the last line of `--progress json`."""
        lines = self.told.read_text(encoding="utf-8").splitlines()
        return json.loads(lines[-1])[what] if lines else 0

    def running(self):
        wait_until(lambda: self.told_last("slots") > 0, what="a recorded slot", seconds=60)
        return self

    def end(self, status=0):
        """The statistics; the file has to hold what they say."""
        out, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == status, self.told.read_text(encoding="utf-8")
        document = json.loads(out)
        frames = document["frames"]
        assert int(ffprobe(self.path)["nb_read_frames"]) == frames["slots"] - frames["unencoded"]
        return document


@contextlib.contextmanager
def recordings(server, folder, **ways):
    made = {name: Recording(server, folder, name, *args) for name, args in ways.items()}
    try:
        yield {name: each.running() for name, each in made.items()}
    finally:
        for each in made.values():
            if each.process.poll() is None:
                each.process.kill()
                each.process.communicate()


def test_recordings_outlive_a_server_that_falls_silent(server, other_server, tmp_path):
    ways = {"timed": ("--duration", "6"), "asked": (), "stops": ("--on-loss", "stop"), "gives_up": ("--on-loss", "wait=0.5"), "waits": ()}
    with contextlib.ExitStack() as stack:
        silences = [stack.enter_context(contextlib.ExitStack()) for _ in range(2)]
        sides = []
        for silence, place in ((stopped, server), (held, other_server)):
            (tmp_path / silence.__name__).mkdir()
            sides.append(stack.enter_context(recordings(place, tmp_path / silence.__name__, **ways)))
        silences[0].enter_context(stopped(server))
        silences[1].enter_context(held(other_server))
        for side in sides:
            side["asked"].process.send_signal(signal.SIGINT)
        for side in sides:
            assert side["asked"].end()["ended_by"] == "signal"
            document = side["timed"].end()
            assert (document["ended_by"], document["frames"]["slots"]) == ("duration", 120)
            document = side["stops"].end()
            assert document["ended_by"] == "source"
            assert "has not answered for 5 s" in document["recoveries"][-1]["error"]
            document = side["gives_up"].end(status=1)
            assert document["ended_by"] == "source_lost"
            assert "has not answered for 5 s" in document["error"]
        for place, side, silence in zip((server, other_server), sides, silences):
            waits = side["waits"]
            silence.close()
            before = waits.told_last("fresh")
            colours = itertools.cycle(("red", "blue"))
            wait_until(lambda: (place.run("xsetroot", "-solid", next(colours)), waits.told_last("fresh") > before)[1],
                       what="a fresh slot", seconds=60)
            waits.process.send_signal(signal.SIGTERM)
            document = waits.end()
            assert document["ended_by"] == "signal"
            assert "has not answered for 5 s" in document["recoveries"][0]["error"]


def test_a_stimulus_holds_its_time_and_ends_at_a_signal(server, other_server, tmp_path):
    before = server.grab(), other_server.grab()
    processes = {**start_all(server.env, tmp_path, {"timed": ("stimulus", "mover", "--duration", "2", "--json")}),
                 **start_all(other_server.env, tmp_path, {"asked": ("stimulus", "mover", "--json")})}
    for place, old in zip((server, other_server), before):
        wait_until(lambda: (place.grab() != old).any(), what="a stimulus")
    with stopped(server), stopped(other_server):
        processes["asked"].send_signal(signal.SIGTERM)
        said = end_all(processes)
    for name, (status, out, text) in said.items():
        assert status == 0, (name, text)
        assert json.loads(out)["schema"] == "rustcam.stimulus/1"
