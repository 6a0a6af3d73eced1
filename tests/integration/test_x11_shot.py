"""`rustcam-cli shot` and `list` on real X screens, held against what xwd sees."""

import json
import os
import struct
import time

import numpy as np
import pytest
from rustcam_testing import SLOW, Stimulus, XServer, environment, json_cli, ok_cli, picture, run_cli

SIZE = (800, 500)


@pytest.fixture
def screen(x_server):
    """A still picture full of detail fills the screen."""
    server = x_server(size=SIZE)
    with Stimulus(server, "static", "--no-barcode"):
        yield server


def test_a_region_is_exact_to_the_pixel(screen, tmp_path):
    truth = screen.grab()
    assert len(np.unique(truth[50:300, 100:500].reshape(-1, 3), axis=0)) > 10
    assert not np.array_equal(truth[50:300, 100:500], truth[50:300, 101:501])
    ok_cli("shot", "--no-cursor", "--region", "100,50,500,300", "a.png", env=screen.env, cwd=tmp_path)
    shot = picture(tmp_path / "a.png")
    assert shot.shape == (250, 400, 3)
    assert np.array_equal(shot, truth[50:300, 100:500])


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.qoi", "a.ppm"])
def test_lossless_formats_show_the_whole_screen(screen, tmp_path, name):
    ok_cli("shot", "--no-cursor", name, env=screen.env, cwd=tmp_path)
    assert np.array_equal(picture(tmp_path / name), screen.grab())


def test_raw_pixels_are_opaque(screen):
    raw = ok_cli("shot", "--no-cursor", "--format", "raw", "--pixel-format", "bgra", "-", env=screen.env).stdout
    pixels = np.frombuffer(raw, np.uint8).reshape(SIZE[1], SIZE[0], 4)
    assert (pixels[..., 3] == 255).all()
    assert np.array_equal(pixels[..., 2::-1], screen.grab())


@pytest.mark.parametrize("place", [(400, 250), (0, 0), (SIZE[0] - 1, SIZE[1] - 1)])
def test_the_pointer_is_where_it_is(screen, tmp_path, place):
    screen.run("xdotool", "mousemove", *place)
    for option in ("--cursor", "--no-cursor"):
        ok_cli("shot", option, f"with{option}.png", env=screen.env, cwd=tmp_path)
    bare = picture(tmp_path / "with--no-cursor.png").astype(int)
    assert np.array_equal(bare, screen.grab())
    rows, columns = np.nonzero((picture(tmp_path / "with--cursor.png") != bare).any(axis=-1))
    assert len(rows) > 10
    assert max(abs(rows - place[1])) < 32 and max(abs(columns - place[0])) < 32
    assert (min(columns) <= place[0] <= max(columns) + 1) and (min(rows) <= place[1] <= max(rows) + 1)


def test_a_motionless_black_screen_is_shot_at_once(x_server):
    server = x_server(size=(320, 200))
    before = time.monotonic()
    raw = ok_cli("shot", "--no-cursor", "--timeout", "60000", "--format", "raw", "--pixel-format", "rgb", "-",
                 env=server.env).stdout
    assert time.monotonic() - before < 20 * SLOW
    assert raw == bytes(320 * 200 * 3)


def test_thirty_bit_screens(x_server, tmp_path):
    server = x_server(size=(320, 200), depth=30)
    server.run("xsetroot", "-solid", "#4080c0")
    ok_cli("shot", "--no-cursor", "a.png", env=server.env, cwd=tmp_path)
    assert np.array_equal(np.unique(picture(tmp_path / "a.png").reshape(-1, 3), axis=0), [[0x40, 0x80, 0xc0]])


def test_other_depths_are_refused_in_one_line(x_server, tmp_path):
    result = run_cli("shot", "a.png", env=x_server(size=(320, 200), depth=16).env, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.count(b"\n") == 1 and b"depth 16" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_remote_display(x_server, tmp_path):
    server = x_server(size=SIZE, args=["-listen", "tcp", "-ac"])
    with Stimulus(server, "static"):
        ok_cli("shot", "--no-cursor", "a.png", env=environment(DISPLAY="127.0.0.1" + server.display), cwd=tmp_path)
        assert np.array_equal(picture(tmp_path / "a.png"), server.grab())


@pytest.mark.parametrize("display,said", [(None, b"--backend virtual"), (":99999", b":99999"), ("nonsense", b"nonsense")])
def test_no_display(tmp_path, display, said):
    result = run_cli("shot", "a.png", env=environment(DISPLAY=display), cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.count(b"\n") == 1 and said in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def two_outputs(x_server):
    """DUMMY0 1024x768 at 0,0 full of detail, and DUMMY1 800x600 green to the right of it."""
    server = x_server("dummy")
    server.add_output(1, "800x600", "--right-of", "DUMMY0")
    server.run("xsetroot", "-solid", "#00ff00")
    with Stimulus(server, "static", "-o", "DUMMY0", "--no-barcode"):
        yield server


def test_two_outputs_are_told_apart(two_outputs, tmp_path):
    env = two_outputs.env
    truth = two_outputs.grab()
    right = truth[0:600, 1024:1824]
    for name, options in {"named": ["-o", "DUMMY1"], "index": ["-o", "1"], "slurp": ["-r", "1024,0 800x600"],
                          "x": ["-r", "800x600+1024+0"], "corner": ["-o", "DUMMY1", "-r", "0,0,800,600"]}.items():
        ok_cli("shot", "--no-cursor", *options, f"{name}.png", env=env, cwd=tmp_path)
        assert np.array_equal(picture(tmp_path / f"{name}.png"), right), name
    ok_cli("shot", "--no-cursor", "--all", "all.png", env=env, cwd=tmp_path)
    assert np.array_equal(picture(tmp_path / "all-DUMMY0.png"), truth[0:768, 0:1024])
    assert np.array_equal(picture(tmp_path / "all-DUMMY1.png"), right)
    ok_cli("shot", "--no-cursor", "primary.png", env=env, cwd=tmp_path)
    assert picture(tmp_path / "primary.png").shape == (768, 1024, 3)


@pytest.mark.parametrize("options", [["-r", "1000,0 100x100"], ["-o", "DUMMY0", "-r", "1100,0 100x100"],
                                     ["-o", "DUMMY1", "-r", "0,0,801,600"], ["-o", "DUMMY7"], ["-o", "2"]])
def test_what_lies_on_no_one_output_is_wrong_usage(two_outputs, tmp_path, options):
    result = run_cli("shot", *options, "a.png", env=two_outputs.env, cwd=tmp_path)
    assert result.returncode == 2, result.stderr
    assert result.stderr.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_outputs_are_listed_as_randr_has_them(two_outputs):
    outputs = json_cli("list", "--json", env=two_outputs.env)["outputs"]
    assert [(o["index"], o["name"], o["x"], o["y"], o["width"], o["height"], o["primary"]) for o in outputs] == [
        (0, "DUMMY0", 0, 0, 1024, 768, True), (1, "DUMMY1", 1024, 0, 800, 600, False)]
    assert outputs[0]["refresh_hz"] == pytest.approx(65e6 / (1344 * 806))
    assert all(o["backend"] == "x11" and o["hdr"] is None for o in outputs)
    devices = json_cli("list", "devices", "--json", env=two_outputs.env)["devices"]
    assert [d["outputs"] for d in devices] == [["DUMMY0", "DUMMY1"]]
    assert devices[0]["vendor_id"] is None and devices[0]["memory_bytes"] is None


def test_windows_are_listed_and_can_be_closed(x_server):
    server = x_server(size=SIZE)
    assert json_cli("list", "windows", "--json", env=server.env)["windows"] == []
    with Stimulus(server, "static", "--size", "300x200", "--json") as stimulus:
        (window,) = json_cli("list", "windows", "--json", env=server.env)["windows"]
        assert "static" in window["title"] and window["pid"] == stimulus.process.pid
        assert (window["x"], window["y"], window["width"], window["height"]) == (0, 0, 300, 200)
        server.run("xdotool", "windowclose", window["id"])
        assert stimulus.process.wait(20 * SLOW) == 0
        assert json.loads(stimulus.process.stdout.read())["presented"] > 0


def test_a_title_cannot_steer_the_terminal_or_break_the_table(x_server):
    server = x_server(size=SIZE)
    title = "a\x1b]0;owned\x07\x1b[2J\nb\u202ec\u009b7mä"
    with Stimulus(server, "static", "--size", "300x200"):
        (window,) = json_cli("list", "windows", "--json", env=server.env)["windows"]
        server.run("xdotool", "set_window", "--name", title, window["id"])
        table = ok_cli("list", "windows", env=server.env).stdout.decode()
        text = ok_cli("list", "windows", "--json", env=server.env).stdout.decode()
    (row,) = table.splitlines()[1:]
    assert row.endswith(r"a\u001b]0;owned\u0007\u001b[2J\u000ab\u202ec\u009b7mä")
    for shown in (table, text):
        assert all(c == "\n" or (c >= " " and c not in "\x7f\u009b\u202e") for c in shown)
    assert json.loads(text)["windows"][0]["title"] == title


def test_a_stimulus_presents_at_its_rate_and_says_so(x_server):
    screen = x_server(size=SIZE)
    document = json.loads(ok_cli("stimulus", "mover", "--hz", "50", "--duration", "2", "--json", env=screen.env).stdout)
    assert document["schema"] == "rustcam.stimulus/1"
    assert 0 < document["presented"] <= 101
    assert 0 < document["presented_fps"] <= 51


def authority(path, display, cookie):
    """An X authority file with one cookie for this machine's server; its numbers are big-endian."""
    fields = [os.uname().nodename.encode(), display[1:].encode(), b"MIT-MAGIC-COOKIE-1", cookie]
    path.write_bytes(struct.pack(">H", 256) + b"".join(struct.pack(">H", len(each)) + each for each in fields))


def test_a_server_that_asks_for_a_cookie(tmp_path):
    cookie = bytes(range(16))
    theirs = tmp_path / "theirs"
    # A server takes any of the file's cookies, whatever display they are for.
    authority(theirs, ":0", cookie)
    with XServer(size=(64, 48), args=["-auth", str(theirs)]) as server:
        ours = tmp_path / "ours"
        authority(ours, server.display, cookie)
        ok_cli("shot", str(tmp_path / "shot.png"), env={**server.env, "XAUTHORITY": str(ours)})
        authority(ours, server.display, bytes(16))
        for wrong in (ours, tmp_path / "none"):
            result = run_cli("shot", str(tmp_path / "no.png"), env={**server.env, "XAUTHORITY": str(wrong)})
            assert result.returncode == 1
            # The server's own words, in our one line.
            assert b"refuses us (" in result.stderr and b"XAUTHORITY" in result.stderr
            assert result.stderr.count(b"\n") == 1
