"""X screens unlike a desktop's: without an active output."""

import json

import numpy as np
import pytest
from rustcam_testing import SLOW, Stimulus, holds_something, json_cli, ok_cli, picture, run_cli, start_cli, wait_until

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
