"""X screens unlike a desktop's: without an active output, of other depths and kinds of colour, on servers without Damage."""

import json
import signal

import numpy as np
import pytest
from rustcam_testing import (SLOW, Stimulus, decode, holds_something, json_cli, ok_cli, picture, run_cli, start_cli,
                             wait_until)
from x_client import XClient

NO_DAMAGE = ["-extension", "DAMAGE"]
SIZE = (640, 480)


@pytest.fixture
def dark(x_server):
    """A screen whose only output is off, with a window on it."""
    server = x_server(size=SIZE)
    server.run("xrandr", "--fb", f"{SIZE[0]}x{SIZE[1]}", "--output", "screen", "--off")
    with Stimulus(server, "static", "--no-barcode"):
        yield server


def test_without_an_active_output_there_is_the_root_window(dark, tmp_path):
    outputs = json_cli("list", "--json", env=dark.env)["outputs"]
    assert [(o["name"], o["x"], o["y"], o["width"], o["height"]) for o in outputs] == [("root", 0, 0, *SIZE)]
    assert json_cli("list", "devices", "--json", env=dark.env)["devices"][0]["outputs"] == ["root"]
    assert run_cli("shot", "-o", "screen", "no.png", env=dark.env, cwd=tmp_path).returncode == 2
    for i, choice in enumerate([[], ["-o", "root"], ["-o", "0"]]):
        ok_cli("shot", "--no-cursor", *choice, f"{i}.png", env=dark.env, cwd=tmp_path)
        assert np.array_equal(picture(tmp_path / f"{i}.png"), dark.grab())
    ok_cli("shot", "--no-cursor", "--all", "all.png", env=dark.env, cwd=tmp_path)
    assert (tmp_path / "all-root.png").exists()


def test_the_root_window_is_recorded_and_stays_when_an_output_comes(dark, tmp_path):
    document = json_cli("record", "--no-cursor", "--frames", "5", "--encoder", "rawvideo", "--pixel-format", "bgra", "--json",
                        "a.nut", env=dark.env, cwd=tmp_path)
    assert document["output"]["name"] == "root" and document["recoveries"] == []
    assert np.array_equal(picture(tmp_path / "a.nut"), dark.grab())

    recording = start_cli("record", "--frames", "60", "--fps", "30", "--json", "b.mkv", env=dark.env, cwd=tmp_path)
    wait_until(lambda: holds_something(tmp_path / "b.mkv"), what="the recording", alive=recording)
    dark.run("xrandr", "--output", "screen", "--auto")
    assert json_cli("list", "--json", env=dark.env)["outputs"][0]["name"] == "screen"
    out, said = recording.communicate(timeout=60 * SLOW)
    assert recording.returncode == 0, said
    assert json.loads(out)["recoveries"] == []


def test_an_output_that_is_switched_off_is_waited_for(x_server, tmp_path):
    """Though the root window, of the same size, is there to be captured."""
    server = x_server(size=SIZE)
    recording = start_cli("record", "--fps", "30", "--on-loss", "wait=1", "--json", "a.mkv", env=server.env, cwd=tmp_path)
    wait_until(lambda: holds_something(tmp_path / "a.mkv"), what="the recording", alive=recording)
    server.run("xrandr", "--fb", f"{SIZE[0]}x{SIZE[1]}", "--output", "screen", "--off")
    out, said = recording.communicate(timeout=60 * SLOW)
    assert recording.returncode == 1, said
    assert json.loads(out)["ended_by"] == "source_lost"


def codes(document):
    return [warning["code"] for warning in document["warnings"]]


class Watched:
    """A raw recording of a still screen, on which something changes from time to time; ended by a signal, or else by itself,
    so that nobody waits for ever for a change that it does not find."""

    def __init__(self, server, path):
        self.process = start_cli("record", "--no-cursor", "--fps", "30", "--encoder", "rawvideo", "--pixel-format", "bgra",
                                 "--progress", "json", "--duration", 60 * SLOW, "--json", path, env=server.env)
        self.said = ""
        self.fresh = self._next_fresh()

    def _next_fresh(self):
        """As the next line of progress tells it."""
        while line := self.process.stderr.readline().decode():
            if line.startswith("{"):
                return json.loads(line)["fresh"]
            self.said += line
        raise AssertionError(self.said)

    def wait_fresh(self):
        """Waits until what has changed is in the recording."""
        while (fresh := self._next_fresh()) == self.fresh:
            pass
        self.fresh = fresh

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        out, said = self.process.communicate(timeout=60 * SLOW)
        assert self.process.returncode == 0, said
        self.document = json.loads(out)


def scaled(values, mask):
    """The bits of `mask` in pixel values, 0 to the most, as 0 to 255."""
    shift = (mask & -mask).bit_length() - 1
    most = mask >> shift
    return ((values >> shift & most) * 255 + most // 2) // most


def every_pixel_value(client):
    """A picture of all values of a pixel of 16 bits at most, or of a part of them."""
    count = 1 << min(client.depth, 16)
    values = np.arange(count, dtype=np.uint32) * (1 if client.depth <= 16 else 0x10307)
    return (values & (1 << client.depth) - 1).reshape(-1, min(count, 256))


@pytest.mark.parametrize("args", [[], ["-extension", "MIT-SHM"]], ids=["shared", "wire"])
@pytest.mark.parametrize("depth,kind", [(8, 2), (8, 4), (15, 4), (16, 4), (24, 4), (30, 4)])
def test_every_pixel_value_of_true_colour_is_converted(x_server, tmp_path, depth, kind, args):
    server = x_server(size=(259, 256), depth=depth, args=["-cc", kind, *args])
    with XClient(server.display) as client:
        assert client.depth == depth
        values = every_pixel_value(client)
        client.put(values)
        client.put(values[:, :3], x=256)
        if client.visual_class != 4:  # static colours: the same masks, by way of a table
            assert client.masks == [0x7, 0x38, 0xc0]
        ok_cli("shot", "--no-cursor", "a.png", env=server.env, cwd=tmp_path)
        ok_cli("shot", "--no-cursor", "--region", "1,0,256,3", "b.png", env=server.env, cwd=tmp_path)
    shot = picture(tmp_path / "a.png")
    expected = np.stack([scaled(values.astype(int), mask) for mask in client.masks], axis=-1)
    height = len(values)
    tolerance = 0 if depth != 30 and client.visual_class == 4 else 1
    assert np.abs(shot[:height, :256].astype(int) - expected).max() <= tolerance
    assert np.array_equal(shot[:height, 256:], shot[:height, :3])
    assert np.array_equal(picture(tmp_path / "b.png"), shot[:3, 1:256])


@pytest.mark.parametrize("depth", [16, 24])
def test_named_colours_are_what_they_are_on_other_kinds_of_screens(x_server, tmp_path, depth):
    """Direct colour: each channel goes through a table."""
    server = x_server(size=(64, 48), depth=depth, args=["-cc", 5])
    for number, (name, color) in enumerate({"#ff0000": (255, 0, 0), "#00ff00": (0, 255, 0), "#840018": (132, 0, 24)}.items()):
        server.run("xsetroot", "-solid", name)
        ok_cli("shot", "--no-cursor", f"{number}.png", env=server.env, cwd=tmp_path)
        shot = picture(tmp_path / f"{number}.png").astype(int)
        assert np.abs(shot - color).max() <= (0 if depth == 24 else 4)


def test_a_palette_is_read_and_followed(x_server, tmp_path):
    server = x_server(size=(100, 60), depth=8, args=["-cc", 3])
    random = np.random.default_rng(1)
    with XClient(server.display) as client:
        assert client.visual_class == 3
        cells = np.array(client.own_cells(30), np.uint32)
        colors = random.integers(0, 256, (30, 3))
        client.store_colors(cells.tolist(), colors.tolist())
        chosen = random.integers(0, 30, (60, 100))
        client.put(cells[chosen])
        ok_cli("shot", "--no-cursor", "a.png", env=server.env, cwd=tmp_path)
        assert np.array_equal(picture(tmp_path / "a.png"), colors[chosen])

        # Other colours in the same cells: nothing is drawn, and yet the screen looks different.
        with Watched(server, tmp_path / "b.nut") as recording:
            others = 255 - colors
            client.store_colors(cells.tolist(), others.tolist())
            recording.wait_fresh()
    assert codes(recording.document) == ["changes_unknown"]
    assert np.array_equal(decode(tmp_path / "b.nut")[-1], others[chosen])


@pytest.mark.parametrize("depth", [16, 24])
def test_without_damage_changes_are_found(x_server, tmp_path, depth):
    server = x_server(size=(300, 200), depth=depth, args=NO_DAMAGE)
    with XClient(server.display) as client:
        client.put(np.full((200, 300), 0x1f, np.uint32))
        with Watched(server, tmp_path / "a.nut") as recording:
            for step in range(1, 3):
                client.put(np.full((7, 5), 0x1f << 5 * step & 0xffff, np.uint32), x=90 * step, y=60 * step)
                recording.wait_fresh()
        ok_cli("shot", "--no-cursor", "b.png", env=server.env, cwd=tmp_path)
    assert codes(recording.document) == ["changes_unknown"]
    assert "no Damage extension" in recording.said
    # A still screen is not told to be fresh: two rectangles are all that was drawn.
    assert 3 <= recording.document["frames"]["fresh"] <= 8 < recording.document["frames"]["slots"]
    last = decode(tmp_path / "a.nut")[-1]
    assert np.array_equal(last, picture(tmp_path / "b.png"))
    assert len(np.unique(last.reshape(-1, 3), axis=0)) == 3


def test_without_damage_a_moving_screen_is_recorded(x_server, tmp_path):
    server = x_server(size=(640, 360), args=NO_DAMAGE)
    with Stimulus(server, "mover", "--hz", "60"):
        document = json_cli("record", "--preset", "ultrafast", "--fps", "30", "--frames", "60", "--json", "a.mp4", env=server.env,
                            cwd=tmp_path)
        still = json_cli("shot", "--json", "a.png", env=server.env, cwd=tmp_path)
        bench = json_cli("bench", "--stimulus", "none", "--duration", "1", "--repeat", "1", "--pointer", "off", "--json",
                         env=server.env)
    assert codes(document) == ["changes_unknown"] and document["frames"]["fresh"] >= 3
    assert "changes_unknown" not in codes(still)
    assert "changes_unknown" in codes(bench) and bench["median"][0]["valid_fps"] > 0


def test_where_changes_are_told_nobody_is_warned(x_server, tmp_path):
    server = x_server(size=(320, 200), depth=16)
    assert codes(json_cli("record", "--frames", "3", "--json", "a.mp4", env=server.env, cwd=tmp_path)) == []


def test_a_stimulus_needs_true_colour_of_24_bits(x_server):
    server = x_server(size=(320, 200), depth=16)
    for command in (["stimulus", "mover", "--duration", "1"], ["bench", "--duration", "1"]):
        result = run_cli(*command, env=server.env)
        assert result.returncode == 1
        assert b"24-bit" in result.stderr and b"depth 16" in result.stderr


@pytest.mark.parametrize("args", [NO_DAMAGE, ["-extension", "XFIXES"], ["-extension", "RANDR"], ["-extension", "MIT-SHM"]],
                         ids=lambda args: args[1])
def test_each_extension_may_be_missing(x_server, tmp_path, args):
    server = x_server(size=(160, 120), args=args)
    server.run("xsetroot", "-solid", "#123456")
    ok_cli("shot", "--no-cursor", "a.png", env=server.env, cwd=tmp_path)
    assert (picture(tmp_path / "a.png") == (0x12, 0x34, 0x56)).all()
    ok_cli("record", "--frames", "3", "a.mp4", env=server.env, cwd=tmp_path)
    checks = json.loads(run_cli("doctor", "--json", env=server.env, cwd=tmp_path).stdout)["checks"]
    assert [each["ok"] for each in checks if each["name"] == "changes"] == ([False] if args == NO_DAMAGE else [])
    backends = json_cli("list", "backends", "--json", env=server.env)["backends"]
    assert [each["available"] for each in backends if each["name"] == "x11"] == [True]
