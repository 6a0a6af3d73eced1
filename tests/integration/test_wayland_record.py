"""`rustcam-cli record` of a real Wayland compositor: whole, in order, and through whatever happens to the output."""

import os
import signal
import time

import numpy as np
import pytest
from running_recording import Recording
from rustcam_testing import Stimulus, barcodes, decode, ffprobe, json_cli, time_stamps, wait_until
from sway_bed import needs_grim, settle
from wayland_client import WaylandClient, detail

QUICK = ["--preset", "ultrafast"]


@pytest.fixture(name="record")
def recordings(sway, tmp_path):
    """Starts recordings with the options that stand by their names; returns {name: Recording} when all of them record."""
    made = []

    def start(suffix=".mp4", **ways):
        started = {name: Recording(sway, tmp_path / f"{name}{suffix}", *options) for name, options in ways.items()}
        made.extend(started.values())
        for each in started.values():
            each.wait_for_slots()
        return started

    yield start
    for each in made:
        each.kill()


def samples(stats):
    return stats["frames"]["slots"] - stats["frames"]["unencoded"]


@needs_grim
def test_a_moving_screen_is_recorded_whole_and_in_order(sway, tmp_path):
    with Stimulus(sway, "mover", "--hz", "60"):
        stats = json_cli("record", *QUICK, "--fps", "60", "--duration", "3", "--json", "out.mp4", env=sway.env, cwd=tmp_path)
    path = tmp_path / "out.mp4"
    ticks, (num, den) = time_stamps(path)
    assert stats["backend"] == "wayland" and stats["output"]["name"] == "HEADLESS-1"
    assert stats["frames"]["slots"] == 180 == stats["frames"]["fresh"] + stats["frames"]["repeated"]
    assert len(ticks) == samples(stats)
    assert {(tick - ticks[0]) * num * 60 % den for tick in ticks} == {0}
    shown = barcodes(path)
    assert None not in shown
    assert shown == sorted(shown)
    # How many may be missing on an idle machine is measured by bench/; here, that most are there.
    assert len(set(shown)) > 90


@needs_grim
def test_a_screen_of_which_every_pixel_changes_on_a_scaled_and_turned_output(sway, tmp_path):
    sway.set(size=(768, 480), scale=1.25, transform="90")
    with Stimulus(sway, "flip_demo", "--hz", "60"):
        stats = json_cli("record", *QUICK, "--fps", "30", "--duration", "2", "--json", "out.mp4", env=sway.env, cwd=tmp_path)
    assert (stats["width"], stats["height"]) == (480, 768)
    shown = barcodes(tmp_path / "out.mp4")
    assert None not in shown and shown == sorted(shown)
    assert len(set(shown)) > 20


def test_every_pixel_of_a_recording_follows_the_screen(sway, record, tmp_path):
    pictures = [detail((640, 360), seed) for seed in range(4)]
    with WaylandClient(sway) as client:
        client.show(pictures[0])
        recording = record(".nut", out=("--fps", "30", "--encoder", "rawvideo", "--pixel-format", "bgra"))["out"]
        for each in pictures[1:]:
            time.sleep(0.3)
            client.show(each)
        # Only a part of it changes.
        last = pictures[-1].copy()
        last[100:140, 200:260] = 255 - last[100:140, 200:260]
        time.sleep(0.3)
        client.show(last)
        recording.wait_for_slots(30)
        stats = recording.end(number=signal.SIGINT)
    assert stats["ended_by"] == "signal"
    expected = [*pictures, last]
    at = 0
    for frame in decode(tmp_path / "out.nut"):
        while not np.array_equal(frame, expected[at]):
            at += 1
            assert at < len(expected), "a frame that the screen never showed"
    assert at == len(expected) - 1
    assert 2 <= stats["frames"]["fresh"] <= len(expected)


def test_a_still_screen_is_one_picture(sway, tmp_path):
    settle()
    stats = json_cli("record", *QUICK, "--fps", "30", "--duration", "1", "--json", "out.mp4", env=sway.env, cwd=tmp_path)
    assert stats["frames"]["slots"] == 30
    assert stats["frames"]["fresh"] == 1
    assert int(ffprobe(tmp_path / "out.mp4")["nb_read_frames"]) == samples(stats)


def test_an_output_that_goes_and_comes_back(sway, record):
    """While it is away, output 1 stays, which looks the same."""
    sway.switch("HEADLESS-2", True)
    second = [*QUICK, "-o", "HEADLESS-2", "--fps", "30"]
    running = record(waits=second, gives=[*second, "--on-loss", "wait=0.5"], stops=[*second, "--on-loss", "stop"])
    sway.switch("HEADLESS-2", False)
    assert running["gives"].end(status=1)["ended_by"] == "source_lost"
    assert running["stops"].end()["ended_by"] == "source"
    sway.switch("HEADLESS-2", True)
    with WaylandClient(sway) as client:
        client.show(np.full((360, 640, 3), 255, np.uint8), "HEADLESS-2")
        # The last try to open it may have been just before, and the next comes after a pause.
        fresh = running["waits"].told_last("fresh")
        wait_until(lambda: running["waits"].told_last("fresh") > fresh, what="a fresh slot", seconds=60)
        stats = running["waits"].end(number=signal.SIGINT)
    told = stats["recoveries"]
    assert any(each["error"] and "HEADLESS-2" in each["error"] for each in told), told
    assert (told[-1]["width"], told[-1]["height"]) == (640, 360)
    frames = decode(running["waits"].path, "gray")
    assert frames[-1].min() > 200 > frames[0].max()


CHANGES = {"smaller": {"size": (480, 270)}, "larger": {"size": (800, 600)}, "turned": {"transform": "90"},
           "mirrored": {"transform": "flipped"}, "scaled": {"scale": 1.25}}


def test_a_changed_output_goes_on_in_the_first_size(sway, record):
    outputs = {}
    for change in CHANGES:
        outputs[change] = "HEADLESS-1" if not outputs else sway.add_output()
        sway.set(outputs[change], size=(640, 360))
    running = record(**{change: [*QUICK, "-o", name, "--fps", "30"] for change, name in outputs.items()})
    sizes = {"smaller": (480, 270), "larger": (800, 600), "turned": (360, 640)}
    with WaylandClient(sway) as client:
        for change, name in outputs.items():
            sway.set(name, **CHANGES[change])
            size = sizes.get(change, (640, 360))
            # Its left half is white: mirrored or turned by mistake, the end of the recording would not be so.
            picture = np.zeros((size[1], size[0], 3), np.uint8)
            picture[:, :size[0] // 2] = 255
            client.show(picture, name)
        for each in running.values():
            each.wait_for_slots(30)
        stats = {change: each.end(number=signal.SIGINT) for change, each in running.items()}
    for change, each in stats.items():
        size = sizes.get(change, (640, 360))
        if change in sizes:
            assert (each["recoveries"][-1]["width"], each["recoveries"][-1]["height"]) == size
        frames = decode(running[change].path, "gray")
        assert frames.shape[1:] == (360, 640)
        columns = np.nonzero((frames[-1, 160:200] > 128).all(axis=0))[0]
        # Fitted into 640x360 and centred.
        width = min(640, round(360 * size[0] / size[1]))
        assert abs(columns.min() - (640 - width) // 2) <= 4, change
        assert abs(columns.max() - 320) <= 4, change


def test_on_resize_splits_or_stops_though_nothing_moves(sway, record):
    running = record(**{way: [*QUICK, "--fps", "30", "--on-resize", way] for way in ("split", "stop")})
    sway.set(size=(800, 600))
    assert running["stop"].end()["ended_by"] == "source"
    running["split"].wait_for_slots(30)
    files = running["split"].end(number=signal.SIGINT)["files"]
    assert [os.path.basename(each["path"]) for each in files] == ["split.mp4", "split-2.mp4"]
    assert all(each["slots"] for each in files)
    assert [ffprobe(each["path"])["width"] for each in files] == [640, 800]


def test_a_pointer_that_moves_over_a_still_screen_leaves_no_trail(sway, record, tmp_path):
    with WaylandClient(sway) as client:
        client.show(np.zeros((360, 640, 3), np.uint8))
        shown = client.have_pointer(np.full((12, 12, 4), 255, np.uint8), (0, 0))
        sway.move_pointer(20, 20)
        while not shown:
            client.dispatch()
        client.sync()
        recording = record(".mkv", out=("--fps", "30", "--encoder", "ffv1", "--pixel-format", "yuv444p"))["out"]
        for step in range(20):
            sway.move_pointer(20 + 10 * step, 20 + 10 * step)
            time.sleep(0.05)
        recording.end(number=signal.SIGINT)
    lit = [np.nonzero(frame > 128) for frame in decode(tmp_path / "out.mkv", "gray")]
    assert {len(rows) for rows, _ in lit} == {144}
    assert len({(int(rows.min()), int(columns.min())) for rows, columns in lit}) > 5


def test_a_compositor_that_dies_and_starts_anew(sway, record):
    running = record(gives=[*QUICK, "--fps", "30", "--on-loss", "wait=0.5"], waits=[*QUICK, "--fps", "30"])
    sway.kill()
    stats = running["gives"].end(status=1)
    assert stats["ended_by"] == "source_lost" and stats["error"]
    sway.start()
    with WaylandClient(sway) as client:
        client.show(np.full((360, 640, 3), 255, np.uint8))
        fresh = running["waits"].told_last("fresh")
        wait_until(lambda: running["waits"].told_last("fresh") > fresh, what="a fresh slot", seconds=60)
        stats = running["waits"].end(number=signal.SIGINT)
    assert stats["recoveries"] and stats["recoveries"][0]["error"]
    assert decode(running["waits"].path, "gray")[-1].min() > 200


@needs_grim
def test_signals_amid_a_busy_screen(sway, record):
    with Stimulus(sway, "flip_demo", "--hz", "120"):
        running = record(**{number.name: [*QUICK, "--fps", "60"] for number in (signal.SIGINT, signal.SIGTERM)})
        stats = {name: each.end(number=signal.Signals[name]) for name, each in running.items()}
    for name, each in stats.items():
        assert each["ended_by"] == "signal"
        shown = barcodes(running[name].path)
        assert None not in shown and shown == sorted(shown)
