"""A Wayland compositor that does not answer: one that never did, and one that is stopped."""

import contextlib
import json
import os
import signal
import socket

import pytest
from rustcam_testing import SLOW, environment, ffprobe, start_cli, wait_until
from sway_bed import needs_grim
from wayland_client import WaylandClient, detail

PATIENCE = 60 * SLOW
"""For the end of a command. Without limits of its own it would never come."""

COMMANDS = {
    "shot": ("shot", "--timeout", "300", "shot.png"),
    "record": ("record", "--timeout", "300", "--duration", "0.2", "out.mp4"),
    "bench": ("bench", "--timeout", "300", "--duration", "0.2", "--repeat", "1"),
    "stimulus": ("stimulus", "mover", "--duration", "0.2"),
    "list": ("list",),
    "doctor": ("doctor", "--json"),
}


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


@contextlib.contextmanager
def frozen(sway):
    sway.freeze()
    try:
        yield sway
    finally:
        sway.thaw()


@pytest.fixture(name="listener")
def silent_listener(tmp_path):
    """Takes connections and never says anything."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "wayland-0"))
        listener.listen(64)
        listener.settimeout(PATIENCE)
        yield listener


def silent_env(listener):
    path = listener.getsockname()
    return environment(WAYLAND_DISPLAY=os.path.basename(path), XDG_RUNTIME_DIR=os.path.dirname(path), XDG_SESSION_TYPE="wayland")


def test_each_command_gives_up_and_says_why(sway, listener, tmp_path):
    folders = [tmp_path / "frozen", tmp_path / "mute"]
    for each in folders:
        each.mkdir()
    with frozen(sway):
        started = [start_all(env, folder, COMMANDS) for env, folder in zip((sway.env, silent_env(listener)), folders)]
        said = [end_all(each) for each in started]
    for place in said:
        for name, (status, out, text) in place.items():
            assert status == 1, (name, text)
            told = out if name == "doctor" else text
            assert b"has not answered for" in told, (name, told)
    assert not [each for folder in folders for each in folder.iterdir()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_ends_each_command(listener, tmp_path, number):
    folder = tmp_path / "work"
    folder.mkdir()
    slow = {name: (*command, *(("--timeout", "600000") if name in ("shot", "record", "bench") else ()))
            for name, command in COMMANDS.items()}
    processes = start_all(silent_env(listener), folder, slow)
    clients = []
    for _ in processes:
        clients.append(listener.accept()[0])
        clients[-1].settimeout(PATIENCE)
        assert clients[-1].recv(1)
    for each in processes.values():
        each.send_signal(number)
    said = end_all(processes)
    for each in clients:
        each.close()
    for name, (status, _, text) in said.items():
        # Those who make nothing that would have to be finished leave the signal to the system.
        assert status == (-number if name in ("list", "doctor") else 0), (name, text)
    assert not list(folder.iterdir())


class Recording:
    def __init__(self, sway, folder, name, *args):
        self.path = folder / f"{name}.mkv"
        self.told = folder / f"{name}.progress"
        with self.told.open("wb") as progress:
            self.process = start_cli("record", "--fps", "20", "--encoder", "mpeg4", "--progress", "json", "--json", *args,
                                     str(self.path), env=sway.env, stderr=progress)

    def told_last(self, what):
        """Of the last line of `--progress json`."""
        lines = self.told.read_text(encoding="utf-8").splitlines()
        return json.loads(lines[-1])[what] if lines else 0

    def end(self, status=0):
        """The statistics; the file has to hold what they say."""
        out, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == status, self.told.read_text(encoding="utf-8")
        document = json.loads(out)
        frames = document["frames"]
        assert int(ffprobe(self.path)["nb_read_frames"]) == frames["slots"] - frames["unencoded"]
        return document


def test_recordings_outlive_a_compositor_that_falls_silent(sway, tmp_path):
    ways = {"timed": ("--duration", "6"), "asked": (), "stops": ("--on-loss", "stop"), "gives_up": ("--on-loss", "wait=0.5"),
            "waits": ()}
    made = {name: Recording(sway, tmp_path, name, *args) for name, args in ways.items()}
    try:
        for each in made.values():
            wait_until(lambda each=each: each.told_last("slots") > 0, what="a recorded slot", seconds=60)
        with frozen(sway):
            made["asked"].process.send_signal(signal.SIGINT)
            assert made["asked"].end()["ended_by"] == "signal"
            document = made["timed"].end()
            assert (document["ended_by"], document["frames"]["slots"]) == ("duration", 120)
            # A still screen is silent as well: only an answer that is owed tells the two apart.
            document = made["stops"].end()
            assert document["ended_by"] == "source"
            assert "has not answered for 5 s" in document["recoveries"][-1]["error"]
            document = made["gives_up"].end(status=1)
            assert document["ended_by"] == "source_lost"
            assert "has not answered for 5 s" in document["error"]
        before = made["waits"].told_last("fresh")
        with WaylandClient(sway) as client:
            seeds = iter(range(10_000))
            wait_until(lambda: (client.show(detail((640, 360), next(seeds))), made["waits"].told_last("fresh") > before)[1],
                       what="a fresh slot", seconds=60)
        made["waits"].process.send_signal(signal.SIGTERM)
        document = made["waits"].end()
        assert document["ended_by"] == "signal"
        assert "has not answered for 5 s" in document["recoveries"][0]["error"]
    finally:
        for each in made.values():
            if each.process.poll() is None:
                each.process.kill()
                each.process.communicate()


@needs_grim
@pytest.mark.parametrize("way", ["timed", "asked"])
def test_a_stimulus_holds_its_time_and_ends_at_a_signal(sway, way):
    before = sway.grab()
    process = start_cli("stimulus", "mover", "--json", *(("--duration", "2") if way == "timed" else ()), env=sway.env)
    wait_until(lambda: (sway.grab() != before).any(), what="a stimulus", alive=process)
    with frozen(sway):
        if way == "asked":
            process.send_signal(signal.SIGTERM)
        said = end_all({way: process})
    status, out, text = said[way]
    assert status == 0, text
    assert json.loads(out)["schema"] == "rustcam.stimulus/1"
