"""What happens to screens while they are recorded: sizes, turns, losses, servers that die and come back."""

import json
import subprocess
import time

import numpy as np
import pytest
from rustcam_testing import SLOW, decode, end, ffprobe, holds_something, run_cli, spawn, start_cli, wait_until

QUICK = ["--preset", "ultrafast"]


def record(tmp_path, output, *more, status=0, fps=30, duration=3):
    """A recording of the virtual display, and its statistics."""
    result = run_cli("record", "--backend", "virtual", "-o", output, *QUICK, "--fps", fps, "--duration", duration, *more, "--json",
                     tmp_path / "a.mp4")
    assert result.returncode == status, result.stderr.decode()
    return json.loads(result.stdout)


def check_whole(stats, slots=None):
    """Every file plays and holds what the statistics say of it."""
    frames = stats["frames"]
    assert frames["slots"] == frames["fresh"] + frames["repeated"] == sum(each["slots"] for each in stats["files"])
    assert slots is None or frames["slots"] == slots
    assert sum(int(ffprobe(each["path"])["nb_read_frames"]) for each in stats["files"]) == frames["slots"] - frames["unencoded"]


def bars(frame):
    """The black margins of a picture in gray: left, top, right, bottom."""
    rows, columns = np.nonzero(frame > 40)
    return int(columns.min()), int(rows.min()), frame.shape[1] - 1 - int(columns.max()), frame.shape[0] - 1 - int(rows.max())


def near(found, wanted):
    return all(abs(a - b) <= 3 for a, b in zip(found, wanted))


@pytest.mark.parametrize("change,size,margins", [
    ("resize=1:640x480", (640, 480), (0, 0, 0, 0)), ("resize=1:160x120", (160, 120), (0, 0, 0, 0)),
    ("resize=1:640x240", (640, 240), (0, 60, 0, 60)),
    ("rotate=1:90", (240, 320), (70, 0, 70, 0)), ("rotate=1:270", (240, 320), (70, 0, 70, 0))])
def test_another_size_or_turn_is_fitted_into_the_first(tmp_path, change, size, margins):
    stats = record(tmp_path, f"gradient@320x240@60,{change}")
    check_whole(stats, 90)
    assert stats["ended_by"] == "duration" and (stats["width"], stats["height"]) == (320, 240)
    assert [(each["width"], each["height"]) for each in stats["recoveries"]] == [size]
    frames = decode(tmp_path / "a.mp4", "gray")
    assert frames.shape[1:] == (240, 320)
    assert near(bars(frames[5]), (0, 0, 0, 0)) and near(bars(frames[-1]), margins)


def test_up_and_down_and_back_again(tmp_path):
    stats = record(tmp_path, "mover@320x240@60,resize=0.7:640x480,resize=1.4:160x120,resize=2.1:320x240")
    check_whole(stats, 90)
    assert [each["width"] for each in stats["recoveries"]] == [640, 160, 320]
    assert all(each["error"] is None for each in stats["recoveries"])


@pytest.mark.parametrize("change,size", [("resize=1:640x480", (640, 480)), ("rotate=1:90", (240, 320))])
def test_split_begins_a_file_of_the_new_size(tmp_path, change, size):
    stats = record(tmp_path, f"mover@320x240@60,{change}", "--on-resize", "split")
    check_whole(stats, 90)
    first, second = stats["files"]
    assert second["path"] == str(tmp_path / "a-2.mp4") and first["slots"] > 10 and second["slots"] > 10
    video = ffprobe(second["path"])
    assert (video["width"], video["height"]) == size


@pytest.mark.parametrize("change", ["resize=1:640x480", "rotate=1:90"])
def test_stop_ends_in_good_order(tmp_path, change):
    stats = record(tmp_path, f"mover@320x240@60,{change}", "--on-resize", "stop", duration=20)
    check_whole(stats)
    assert stats["ended_by"] == "source" and stats["error"] is None and stats["duration_s"] < 10


def test_slots_repeat_while_an_output_is_away(tmp_path):
    stats = record(tmp_path, "mover@320x240@60,loss=1+0.5,loss=4+0.3", duration=6)
    check_whole(stats, 180)
    assert stats["ended_by"] == "duration" and stats["frames"]["repeated"] >= 20
    assert [each["native_code"] for each in stats["recoveries"]] == ["VIRTUAL_LOSS"] * 2
    assert stats["recoveries"][0]["took_ms"] > 300


def test_a_region_that_no_longer_fits_is_waited_for_and_never_moved(tmp_path):
    stats = record(tmp_path, "gradient@320x240@60,resize=1:160x120,resize=2:320x240", "--region", "200,100,320,240")
    check_whole(stats, 90)
    assert stats["region"] == [200, 100, 320, 240]
    # Nothing of the smaller screen was taken for it: the slots of that second repeat one picture.
    frames = decode(tmp_path / "a.mp4", "gray").astype(int)
    while_small = frames[len(frames) * 45 // 90:len(frames) * 55 // 90]
    assert np.abs(while_small - while_small[0]).mean() < 2
    assert stats["frames"]["repeated"] >= 20 and near(bars(frames[-1]), (0, 0, 0, 0))


def test_a_display_that_closes_and_opens_again_is_waited_for(tmp_path):
    stats = record(tmp_path, "mover@320x240@60,death=1+1.5", duration=4)
    check_whole(stats, 120)
    assert stats["ended_by"] == "duration" and stats["recoveries"][0]["native_code"] == "VIRTUAL_DEATH"


def test_a_display_that_stays_closed_is_given_up_after_ten_seconds(tmp_path):
    stats = record(tmp_path, "mover@320x240@60,death=1", status=1, duration=60)
    check_whole(stats)
    assert stats["ended_by"] == "source_lost" and stats["error"]
    assert 9 < stats["duration_s"] < 30


def test_an_x_server_that_is_started_again_is_found_again(x_server, tmp_path):
    server = x_server(size=(640, 360))
    process = start_cli("record", *QUICK, "--fps", "30", "--duration", "6", "--json", tmp_path / "a.mp4", env=server.env)
    wait_until(lambda: holds_something(tmp_path / "a.mp4"), what="the recording", alive=process)
    end(server.process)
    again = spawn(["Xvfb", server.display, "-noreset", "-screen", "0", "640x360x24"], stdin=subprocess.DEVNULL,
                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        out, err = process.communicate(timeout=60 * SLOW)
    finally:
        end(again)
    assert process.returncode == 0, err.decode()
    stats = json.loads(out)
    check_whole(stats, 180)
    assert stats["ended_by"] == "duration" and len(stats["recoveries"]) >= 1


# The dummy driver refuses `xrandr --rotate`; to a program, a turned output is one that is higher than wide.
PORTRAIT = ["600x800", "38.25", "600", "632", "688", "776", "800", "803", "813", "831"]


def portrait(server):
    server.run("xrandr", "--newmode", *PORTRAIT)
    server.run("xrandr", "--addmode", "DUMMY0", PORTRAIT[0])
    server.run("xrandr", "--output", "DUMMY0", "--mode", PORTRAIT[0])


@pytest.mark.parametrize("choice", ["scale", "split", "stop"])
def test_an_x_output_that_turns_upright(x_server, tmp_path, choice):
    server = x_server("dummy")
    server.run("xsetroot", "-solid", "#a0a0a0")
    process = start_cli("record", *QUICK, "--fps", "30", "--duration", "4", "--on-resize", choice, "--json", tmp_path / "a.mp4",
                        env=server.env)
    wait_until(lambda: holds_something(tmp_path / "a.mp4"), what="the recording", alive=process)
    time.sleep(1)
    portrait(server)
    out, err = process.communicate(timeout=60 * SLOW)
    assert process.returncode == 0, err.decode()
    stats = json.loads(out)
    check_whole(stats)
    if choice == "stop":
        assert stats["ended_by"] == "source"
        return
    assert stats["ended_by"] == "duration" and stats["frames"]["slots"] == 120
    assert (stats["recoveries"][-1]["width"], stats["recoveries"][-1]["height"]) == (600, 800)
    assert len(stats["files"]) == (2 if choice == "split" else 1)
    if choice == "scale":
        assert near(bars(decode(tmp_path / "a.mp4", "gray")[-1]), (224, 0, 224, 0))
