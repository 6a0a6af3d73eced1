"""`rustcam-cli record` of real X screens: whole, in order, and through whatever happens to the screen."""

import json
import os
import signal
import time

import numpy as np
import pytest
from rustcam_testing import (SLOW, Stimulus, barcodes, decode, end, ffprobe, holds_something, json_cli, run_cli, start_cli, time_stamps,
                             wait_until)

QUICK = ["--preset", "ultrafast"]
SIZE = (640, 360)


def statistics(process):
    out, err = process.communicate(timeout=60 * SLOW)
    assert out, err.decode()
    return json.loads(out)


def recording(server, path, *args, encoder=("--preset", "ultrafast")):
    """A recording that has begun; its statistics go to its standard output."""
    process = start_cli("record", *encoder, *args, "--json", path, env=server.env)
    wait_until(lambda: holds_something(path), what="the recording", alive=process)
    return process


def test_a_moving_screen_is_recorded_whole_and_in_order(x_server, tmp_path):
    server = x_server(size=SIZE)
    with Stimulus(server, "mover", "--hz", "60"):
        stats = json_cli("record", *QUICK, "--fps", "60", "--duration", "4", "--json", "out.mp4", env=server.env,
                         cwd=tmp_path)
    path = tmp_path / "out.mp4"
    ticks, (num, den) = time_stamps(path)
    frames = stats["frames"]
    assert frames["slots"] == 240 == frames["fresh"] + frames["repeated"]
    assert len(ticks) == 240 - frames["unencoded"]
    assert {(tick - ticks[0]) * num * 60 % den for tick in ticks} == {0}
    shown = barcodes(path)
    assert None not in shown
    assert shown == sorted(shown)
    # How many may be missing on an idle machine is measured by bench/; here, that most are there.
    assert len(set(shown)) > 120
    assert stats["backend"] == "x11" and stats["output"]["refresh_hz"] is None
    assert frames["coalesced"] is None


def test_a_fast_screen_is_sampled_evenly(x_server, tmp_path):
    server = x_server(size=SIZE)
    with Stimulus(server, "mover", "--hz", "240"):
        json_cli("record", *QUICK, "--fps", "30", "--duration", "3", "--json", "out.mp4", env=server.env, cwd=tmp_path)
    shown = barcodes(tmp_path / "out.mp4")
    assert shown == sorted(shown)
    assert 4 <= np.median(np.diff(shown)) <= 12


@pytest.mark.parametrize("pixel_format", ["rgb", "bgra"])
@pytest.mark.parametrize("stimulus", ["static", "gradient"])
def test_every_pixel_of_a_raw_recording_is_the_screens(x_server, pixel_format, stimulus):
    server = x_server(size=SIZE)
    with Stimulus(server, stimulus, "--hz", "1/1000"):
        result = run_cli("record", "--no-cursor", "--frames", "20", "--pixel-format", pixel_format, "-", env=server.env)
        frames = np.frombuffer(result.stdout, np.uint8).reshape(20, SIZE[1], SIZE[0], len(pixel_format))
        if pixel_format == "bgra":
            assert (frames[..., 3] == 255).all()
            frames = frames[..., 2::-1]
        # The stimulus counts its frames in the barcode, all else is still.
        truth = server.grab()
    still = np.ones(SIZE[::-1], bool)
    changed = (frames != truth).any(axis=(0, 3))
    rows, columns = np.nonzero(changed)
    if len(rows):
        still[min(rows):max(rows) + 1, min(columns):max(columns) + 1] = False
    assert still.mean() > 0.8
    assert (frames[:, still] == truth[still]).all()


def test_a_pointer_moving_over_a_still_screen_is_recorded_and_leaves_no_trail(x_server, tmp_path):
    server = x_server(size=(320, 200))
    server.run("xdotool", "mousemove", 40, 40)
    process = recording(server, tmp_path / "out.mkv", "--fps", "30", "--frames", "90", "--pixel-format", "yuv444p",
                        encoder=("--encoder", "ffv1"))
    for step in range(20):
        server.run("xdotool", "mousemove", 40 + 10 * step, 40 + 5 * step)
        time.sleep(0.05)
    stats = statistics(process)
    assert process.returncode == 0
    frames = decode(tmp_path / "out.mkv", "gray")
    lit = frames.reshape(len(frames), -1) > 8
    places = {(int(np.nonzero(f > 8)[0].min()), int(np.nonzero(f > 8)[1].min())) for f in frames if (f > 8).any()}
    assert len(places) >= 5
    # One pointer is lit in each picture, never two.
    counts = lit.sum(axis=1)
    assert counts.max() <= 2 * np.median(counts[counts > 0])
    for frame in frames:
        rows, columns = np.nonzero(frame > 8)
        if len(rows):
            assert np.ptp(rows) < 32 and np.ptp(columns) < 32
    assert stats["frames"]["fresh"] <= 2
    assert stats["frames"]["pointer_only"] >= 5


def test_an_output_that_goes_and_comes_back(x_server, tmp_path):
    server = x_server("dummy")
    server.add_output(1, "640x480", "--right-of", "DUMMY0")
    process = recording(server, tmp_path / "out.mp4", "-o", "DUMMY1", "--fps", "30", "--duration", "5")
    time.sleep(1)
    server.run("xrandr", "--output", "DUMMY1", "--off")
    time.sleep(1)
    server.add_output(1, "640x480", "--right-of", "DUMMY0")
    stats = statistics(process)
    assert process.returncode == 0
    assert stats["ended_by"] == "duration" and stats["frames"]["slots"] == 150
    assert any(r["error"] and "DUMMY1" in r["error"] for r in stats["recoveries"])
    assert stats["recoveries"][-1]["width"] == 640
    stream = ffprobe(tmp_path / "out.mp4")
    assert int(stream["nb_read_frames"]) == 150 - stats["frames"]["unencoded"]
    assert (stream["width"], stream["height"]) == (640, 480)


def test_on_loss_stop_ends_with_what_there_was(x_server, tmp_path):
    server = x_server("dummy")
    server.add_output(1, "640x480", "--right-of", "DUMMY0")
    process = recording(server, tmp_path / "out.mp4", "-o", "DUMMY1", "--fps", "30", "--on-loss", "stop")
    time.sleep(1)
    server.run("xrandr", "--output", "DUMMY1", "--off")
    stats = statistics(process)
    assert process.returncode == 0 and stats["ended_by"] == "source"
    assert int(ffprobe(tmp_path / "out.mp4")["nb_read_frames"]) == stats["frames"]["slots"] - stats["frames"]["unencoded"]


@pytest.mark.parametrize("mode", ["800x600", "640x480"])
def test_a_change_of_mode_goes_on_in_the_first_size(x_server, tmp_path, mode):
    server = x_server("dummy")
    server.run("xrandr", "--output", "DUMMY0", "--mode", "1024x576")
    process = recording(server, tmp_path / "out.mp4", "--fps", "30", "--duration", "4")
    time.sleep(1)
    server.run("xrandr", "--output", "DUMMY0", "--mode", mode)
    stats = statistics(process)
    assert process.returncode == 0 and stats["frames"]["slots"] == 120
    width, height = (int(each) for each in mode.split("x"))
    assert [(r["width"], r["height"]) for r in stats["recoveries"]][-1] == (width, height)
    stream = ffprobe(tmp_path / "out.mp4")
    assert (stream["width"], stream["height"]) == (1024, 576)


def test_on_resize_split_begins_a_numbered_file(x_server, tmp_path):
    server = x_server("dummy")
    process = recording(server, tmp_path / "out.mp4", "--fps", "30", "--duration", "4", "--on-resize", "split")
    time.sleep(1)
    server.run("xrandr", "--output", "DUMMY0", "--mode", "800x600")
    stats = statistics(process)
    assert process.returncode == 0
    assert [f["path"].rsplit("/", 1)[-1] for f in stats["files"]] == ["out.mp4", "out-2.mp4"]
    assert sum(f["slots"] for f in stats["files"]) == 120
    assert [ffprobe(f["path"])["width"] for f in stats["files"]] == [1024, 800]


def test_an_x_server_that_dies_ends_the_recording_with_a_whole_file(x_server, tmp_path):
    server = x_server(size=SIZE)
    process = recording(server, tmp_path / "out.mp4", "--fps", "30", "--on-loss", "wait=2")
    time.sleep(1)
    end(server.process)
    stats = statistics(process)
    assert process.returncode == 1
    assert stats["ended_by"] == "source_lost" and stats["error"]
    count = int(ffprobe(tmp_path / "out.mp4")["nb_read_frames"])
    assert count == stats["frames"]["slots"] - stats["frames"]["unencoded"] > 0


def shared_memory(process):
    """What a process maps of the memory that is shared with the X server, as paths that open it."""
    with open(f"/proc/{process.pid}/maps", encoding="utf-8") as maps:
        ranges = [line.split()[0] for line in maps if "memfd:rustcam-screen" in line]
    return [f"/proc/{process.pid}/map_files/{each}" for each in ranges]


def test_nobody_can_take_the_memory_away_that_is_shared_with_the_server(x_server, tmp_path):
    server = x_server(size=SIZE)
    process = recording(server, tmp_path / "out.mp4", "--fps", "30")
    try:
        files = [os.open(path, os.O_RDWR) for path in shared_memory(process)]
    except PermissionError:
        pytest.skip("no right to open another program's memory")
    assert files
    for fd in files:
        with pytest.raises(PermissionError):
            os.ftruncate(fd, 0)
        os.close(fd)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    stats = statistics(process)
    assert process.returncode == 0 and stats["ended_by"] == "signal"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_amid_a_busy_screen(x_server, tmp_path, number):
    server = x_server(size=SIZE)
    with Stimulus(server, "flip_demo", "--hz", "120"):
        process = recording(server, tmp_path / "out.mp4", "--fps", "60")
        time.sleep(1)
        process.send_signal(number)
        stats = statistics(process)
    assert process.returncode == 0 and stats["ended_by"] == "signal"
    assert int(ffprobe(tmp_path / "out.mp4")["nb_read_frames"]) == stats["frames"]["slots"] - stats["frames"]["unencoded"]
    shown = barcodes(tmp_path / "out.mp4")
    assert None not in shown and shown == sorted(shown)
